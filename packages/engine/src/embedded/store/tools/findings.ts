// What a check finds, the first of it in words and the rest as a number.

const mostKept = 100;

export class Findings {
  count = 0;
  readonly kept: string[] = [];

  add(what: string): void {
    this.count++;
    if (this.kept.length < mostKept) this.kept.push(what);
  }
}
