// A page that was opened from disk may start no worker, and the search is one: there it runs in a frame.
if (location.protocol === "file:") {
  window.IFrameWorker = class extends EventTarget {
    constructor(address) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      const inner = frame.contentWindow;
      const waiting = [];
      let listener = null;
      this.postMessage = (data) => (listener ? listener({ data }) : waiting.push(data));
      this.terminate = () => frame.remove();
      const tell = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      inner.postMessage = (data) => setTimeout(tell, 0, data);
      inner.addEventListener = (type, heard) => {
        if (type !== "message") return;
        listener = (event) => setTimeout(heard, 0, event);
        waiting.splice(0).forEach((data) => listener({ data }));
      };
      inner.importScripts = (...addresses) => Promise.all(addresses.map((each) => load(inner, each)));
      load(inner, new URL(address, location.href).href);
    }
  };
  window.Worker = window.IFrameWorker;
  const load = (inner, address) =>
    new Promise((done) => {
      const script = inner.document.createElement("script");
      script.src = address;
      script.onload = done;
      inner.document.body.append(script);
    });
}
