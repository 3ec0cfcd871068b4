// A promise that a test opens when it is time; what stands before it has been reached when `reached` resolves.

export interface Gate {
  readonly reached: Promise<void>;
  /** What the code under test awaits. */
  pass(): Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open = () => {};
  let reach = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return {
    reached,
    pass() {
      reach();
      return opened;
    },
    open,
  };
}
