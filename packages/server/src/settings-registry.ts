// The settings behind CONFIG GET and CONFIG SET: text by name. Whoever owns a value registers how to read it and, where
// it can change while running, how to change it.

/** One setting, as text. */
export interface Setting {
  get(): string;
  /** Takes the new value at once, or throws an `Error` whose message says what it must be. Absent: fixed at start. */
  set?(value: string): void;
}

/** A change that was not made; the message names the setting. */
export class SettingFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SettingFault';
  }
}

export class SettingsRegistry {
  readonly #settings = new Map<string, Setting>();

  /** Adds a setting; a second one of the same name takes the place of the first. */
  register(name: string, setting: Setting): void {
    this.#settings.set(name, setting);
  }

  get names(): readonly string[] {
    return [...this.#settings.keys()];
  }

  get(name: string): string | undefined {
    return this.#settings.get(name)?.get();
  }

  /** Changes all of them or none. */
  setAll(changes: readonly (readonly [name: string, value: string])[]): void {
    const seen = new Set<string>();
    for (const [name] of changes) {
      const setting = this.#settings.get(name);
      if (setting === undefined) throw new SettingFault(`unknown setting '${name}'`);
      if (setting.set === undefined) throw new SettingFault(`setting '${name}' cannot change while the server runs`);
      if (seen.has(name)) throw new SettingFault(`setting '${name}' is given twice`);
      seen.add(name);
    }
    const undo: (() => void)[] = [];
    for (const [name, value] of changes) {
      const setting = this.#settings.get(name) as Setting;
      const before = setting.get();
      try {
        setting.set?.(value);
      } catch (error) {
        for (const restore of undo.reverse()) restore();
        throw new SettingFault(`setting '${name}' ${error instanceof Error ? error.message : 'was refused'}`);
      }
      undo.push(() => setting.set?.(before));
    }
  }
}

/** A setting that is a whole number within bounds. */
export function integerSetting(
  bounds: { readonly minimum: number; readonly maximum?: number },
  read: () => number,
  write: (value: number) => void,
): Setting {
  return {
    get: () => String(read()),
    set(value) {
      const number = /^-?\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
      if (!Number.isSafeInteger(number) || number < bounds.minimum || number > (bounds.maximum ?? Infinity)) {
        const high = bounds.maximum === undefined ? 'or more' : `to ${bounds.maximum}`;
        throw new Error(`must be an integer, ${bounds.minimum} ${high}`);
      }
      write(number);
    },
  };
}

const sizeUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1024,
  k: 1024,
  mb: 1024 ** 2,
  m: 1024 ** 2,
  gb: 1024 ** 3,
  g: 1024 ** 3,
};

/** A setting in bytes; takes `64kb`, `8mb`, `1gb` as well. */
export function sizeSetting(minimum: number, read: () => number, write: (value: number) => void): Setting {
  return {
    get: () => String(read()),
    set(value) {
      const match = /^(\d{1,15})\s*([a-z]*)$/i.exec(value);
      const unit = sizeUnits[(match?.[2] ?? '').toLowerCase()];
      const bytes = match === null || unit === undefined ? Number.NaN : Number(match[1]) * unit;
      if (!Number.isSafeInteger(bytes) || bytes < minimum)
        throw new Error(`must be a size in bytes (64kb, 8mb, 1gb), ${minimum} or more`);
      write(bytes);
    },
  };
}

/** A setting that is yes or no. */
export function booleanSetting(read: () => boolean, write: (value: boolean) => void): Setting {
  return {
    get: () => (read() ? 'yes' : 'no'),
    set(value) {
      const word = value.toLowerCase();
      if (!['yes', 'no', 'true', 'false', 'on', 'off', '1', '0'].includes(word)) throw new Error('must be yes or no');
      write(word === 'yes' || word === 'true' || word === 'on' || word === '1');
    },
  };
}

/** A setting that is one of some words. */
export function wordSetting<const Word extends string>(
  words: readonly Word[],
  read: () => Word,
  write: (value: Word) => void,
): Setting {
  return {
    get: read,
    set(value) {
      const word = words.find((candidate) => candidate === value.toLowerCase());
      if (word === undefined) throw new Error(`must be one of ${words.join(' ')}`);
      write(word);
    },
  };
}
