import { randomText } from '@msession/engine/shared';
import type { Handler } from '../engine-parts.js';
import { replyBytes } from './replies.js';

export const randstr: Handler<'RANDSTR'> = async (_engine, _request, args) => replyBytes(randomText(args.length));
