import { pathTests } from './path-test.ts';

pathTests('real Chromium, Firefox, coturn, squid and haproxy on networks of real namespaces', (pathTest) => {
  pathTest('open', 'home', 'direct');
  pathTest('home', 'home', 'direct');
  pathTest('cgnat', 'home', 'direct');
  pathTest('mobile', 'open', 'direct');
  // Which checks are lost decides whether the direct pair is the first, and when.
  pathTest('lossy', 'home', ['direct', 'turn', 'relay']);
  pathTest('home', 'mobile', 'turn');
  pathTest('cgnat', 'mobile', 'turn');
  pathTest('corporate', 'home', 'turn');
  pathTest('corporate', 'corporateProxy', 'turn');
  pathTest('corporateProxy', 'mobile', 'turn');
  pathTest('ipv6only', 'home', 'turn');
  pathTest('ipv6only', 'corporate', 'turn');
  pathTest('ultra', 'home', 'relay');
  pathTest('ultra', 'ultraNoWs', 'relay');
  pathTest('ultraNoWs', 'corporateProxy', 'relay');
  pathTest('home', 'home', 'direct', 'firefox');
  pathTest('corporate', 'home', 'turn', 'firefox');
  pathTest('ultra', 'home', 'relay', 'firefox');
});
