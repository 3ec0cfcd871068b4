// The handlers of the Redis engine by command name; those of the locks are the lock service's.
import type { EngineCommandName, Handler } from '../engine-parts.js';
import type { LockCommandName } from '../locks/lock-service.js';
import { addCommand, inc, muldiv } from './arithmetic.js';
import { copy } from './copy.js';
import { count } from './count.js';
import { create } from './create.js';
import { ctl } from './ctl.js';
import { dataget } from './dataget.js';
import { dataset } from './dataset.js';
import { delval } from './delval.js';
import { drop } from './drop.js';
import { dropwhere } from './dropwhere.js';
import { find } from './find.js';
import { flush } from './flush.js';
import { getall } from './getall.js';
import { getobject } from './getobject.js';
import { getval } from './getval.js';
import { list } from './list.js';
import { listvar } from './listvar.js';
import { randstr } from './randstr.js';
import { rename } from './rename.js';
import { serialize } from './serialize.js';
import { setval } from './setval.js';
import { sublist } from './sublist.js';
import { subnew } from './subnew.js';
import { timeout } from './timeout.js';
import { uniq } from './uniq.js';

export const sessionHandlers: { readonly [Name in Exclude<EngineCommandName, LockCommandName>]: Handler<Name> } = {
  ADD: addCommand,
  COPY: copy,
  COUNT: count,
  CREATE: create,
  CTL: ctl,
  DATAGET: dataget,
  DATASET: dataset,
  DELVAL: delval,
  DROP: drop,
  DROPWHERE: dropwhere,
  FIND: find,
  FLUSH: flush,
  GETALL: getall,
  GETOBJECT: getobject,
  GETVAL: getval,
  INC: inc,
  LIST: list,
  LISTVAR: listvar,
  MULDIV: muldiv,
  RANDSTR: randstr,
  RENAME: rename,
  SERIALIZE: serialize,
  SETVAL: setval,
  SUBLIST: sublist,
  SUBNEW: subnew,
  TIMEOUT: timeout,
  UNIQ: uniq,
};
