import { EngineError } from '../engine.js';

/** Why a dump cannot be taken or read; the message names the line and the field. */
export class DumpFault extends EngineError {
  constructor(message: string) {
    super('ERR', message);
    this.name = 'DumpFault';
  }
}
