// Run by mongosh inside the container of MongoDB as its check of health: makes the replica set the first time, and ends with 0
// while this member can be written to. It signs in by itself, so that no command line shows the password.
const { readFileSync } = require('node:fs');

db.getSiblingDB('admin').auth('anypath', readFileSync('/run/secrets/mongodb_password', 'utf8').trim());
try {
  rs.status();
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error;
  rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'mongodb:27017' }] });
}
quit(db.hello().isWritablePrimary ? 0 : 1);
