import { commands } from '@msession/protocol';
import { defineHandler } from '../command-handler.js';

export const select = defineHandler(commands.SELECT, ({ sink, bound }) => {
  if (bound.database === 0) sink.ok();
  else sink.error('ERR', `there is no database ${bound.database}; 0 is the only one`);
  return undefined;
});
