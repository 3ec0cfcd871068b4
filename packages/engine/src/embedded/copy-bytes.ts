/**
 * Copies a range of bytes. Short ranges go byte by byte, longer ones through a view: making the view costs as much as
 * some fifty byte copies (micro-benchmark `copy` in bench/).
 */
export function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void {
  const length = end - start;
  if (length <= 48) {
    for (let i = 0; i < length; i++) target[at + i] = source[start + i] as number;
  } else {
    target.set(source.subarray(start, end), at);
  }
}

/** Whether two ranges of the same length hold the same bytes. */
export function sameBytes(
  left: Uint8Array,
  leftStart: number,
  right: Uint8Array,
  rightStart: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i++) {
    if (left[leftStart + i] !== right[rightStart + i]) return false;
  }
  return true;
}
