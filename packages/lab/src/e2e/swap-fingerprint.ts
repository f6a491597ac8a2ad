/** In a page: says that its certificate is another one, as somebody who sits between the two would. */
export function swapFingerprint(): void {
  const proto = RTCPeerConnection.prototype;
  const { get } = Object.getOwnPropertyDescriptor(proto, 'localDescription') as { get(): RTCSessionDescription | null };
  Object.defineProperty(proto, 'localDescription', {
    get(this: RTCPeerConnection) {
      const description = get.call(this);
      if (!description || !/m=(?:audio|video)/.test(description.sdp)) return description;
      const sdp = description.sdp.replace(/(a=fingerprint:\S+ )[0-9A-F]{2}:[0-9A-F]{2}/g, '$100:11');
      return { type: description.type, sdp };
    },
  });
}
