// What is measured: commands of the same meaning on both servers, at three pipeline depths.

export interface LoadCase {
  /** For `--only` and the report. */
  readonly name: string;
  readonly pipeline: number;
  readonly requests: number;
  readonly msession: readonly string[];
  readonly redis: readonly string[];
}

export interface LoadPlan {
  readonly cases: readonly LoadCase[];
  readonly rounds: number;
  readonly sessions: number;
  readonly clients: number;
}

const id = 's:__rand_int__';
const commands = [
  { name: 'read', msession: ['GETVAL', id, 'name'], redis: ['HGET', id, 'name'] },
  { name: 'write', msession: ['SETVAL', id, 'name', 'value'], redis: ['HSET', id, 'name', 'value'] },
] as const;
const depths = [
  { pipeline: 1, requests: 200_000 },
  { pipeline: 16, requests: 1_000_000 },
  { pipeline: 64, requests: 2_000_000 },
] as const;

/** `only` keeps the cases whose name has that text: `read`, `write`, `read-16`. */
export function loadPlan(options: {
  readonly isQuick: boolean;
  readonly rounds?: number;
  readonly only?: string;
}): LoadPlan {
  const cases = depths.flatMap(({ pipeline, requests }) =>
    commands.map(({ name, msession, redis }) => ({
      name: `${name}-${pipeline}`,
      pipeline,
      requests: options.isQuick ? requests / 20 : requests,
      msession,
      redis,
    })),
  );
  const { only } = options;
  return {
    cases: only === undefined ? cases : cases.filter(({ name }) => name === only || name.startsWith(`${only}-`)),
    rounds: options.rounds ?? (options.isQuick ? 3 : 5),
    sessions: options.isQuick ? 10_000 : 100_000,
    clients: 50,
  };
}
