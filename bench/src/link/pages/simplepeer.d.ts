/** The build for browsers, which its README names for pages without Node's modules. */
declare module 'simple-peer/simplepeer.min.js' {
  import SimplePeer = require('simple-peer');
  export type Instance = SimplePeer.Instance;
  export default SimplePeer;
}
