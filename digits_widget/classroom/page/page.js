// Shared by the learner's page and the wall.

// Make an element. Text is always text: what a learner typed is never read as HTML.
export const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
};

export const find = id => document.getElementById(id);

export const show = (element, isShown) => { element.hidden = !isShown; };

export const percent = share => {
  // A no-break space stands before the sign.
  if (share < 0.001) return "under 0.1\u00a0%";
  if (share > 0.999) return "over 99.9\u00a0%";
  return `${(100 * share).toFixed(share >= 0.01 && share <= 0.99 ? 0 : 1)}\u00a0%`;
};

const SLOWEST = 5000; // milliseconds between two tries to connect

// A WebSocket that comes back: `opened` runs each time it is open, `told` for each
// message, `lost` when it is gone, with what the server said about that.
export const connect = (path, {opened, told, lost}) => {
  let socket = null;
  let wait = 250;
  let timer = 0;

  const open = () => {
    clearTimeout(timer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const mine = socket = new WebSocket(`${scheme}://${location.host}${path}`);
    mine.onopen = () => { wait = 250; opened(); };
    mine.onmessage = ({data}) => mine === socket && told(JSON.parse(data));
    mine.onclose = ({reason}) => {
      if (mine !== socket) return;
      lost(reason);
      timer = setTimeout(open, wait * (0.5 + Math.random()));
      wait = Math.min(2 * wait, SLOWEST);
    };
  };

  const isOpen = () => socket?.readyState === WebSocket.OPEN;

  // A phone that wakes up, or is back in the network, need not wait.
  const wake = () => {
    if (document.visibilityState === "visible" && socket?.readyState > WebSocket.OPEN) {
      wait = 250;
      open();
    }
  };
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
  addEventListener("pageshow", wake);
  open();
  return {
    isOpen,
    // Returns whether there is a connection to send on.
    send: message => {
      if (isOpen()) socket.send(JSON.stringify(message));
      return isOpen();
    },
    // For a connection that seems open but brings nothing, as after a phone's sleep.
    again: () => {
      const stale = socket;
      lost("");
      open();
      stale?.close();
    },
  };
};
