/** Connections of a library that does not show them, in the order in which they were made. Import it before that library. */
export const seenConnections: RTCPeerConnection[] = [];

class SeenConnection extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    seenConnections.push(this);
  }
}

globalThis.RTCPeerConnection = SeenConnection;
