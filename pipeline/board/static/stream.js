// The server's events. The browser itself comes back after a lost connection, with the id of the last event that it got.

const SILENCE_MILLISECONDS = 30_000; // three beats
const AGAIN_MILLISECONDS = 3_000;

/** Follows the events: `take(name, data)` gets each, `tell(state)` whether the connection is `live` or `lost`. */
export function follow(address, names, take, tell) {
  let source = null;
  let watchdog = 0;

  function open() {
    source?.close();
    source = new EventSource(address);
    source.onopen = () => alive();
    source.onerror = () => {
      tell("lost");
      // refused, not lost: the browser does not come back by itself
      if (source.readyState === EventSource.CLOSED) later(AGAIN_MILLISECONDS);
    };
    for (const name of names) {
      source.addEventListener(name, (event) => {
        alive();
        take(name, JSON.parse(event.data));
      });
    }
  }

  function alive() {
    tell("live");
    later(SILENCE_MILLISECONDS);
  }

  function later(milliseconds) {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      tell("lost");
      open();
      later(SILENCE_MILLISECONDS);
    }, milliseconds);
  }

  open();
}
