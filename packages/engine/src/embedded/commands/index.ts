// The handlers of the embedded engine by command name. A command is its spec, its file here and its vectors.

import { addCommand } from './add.js';
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
import type { EngineCommandName, Handler } from './handler.js';
import { inc } from './inc.js';
import { list } from './list.js';
import { listvar } from './listvar.js';
import { locksCommand } from './locks.js';
import { muldiv } from './muldiv.js';
import { randstr } from './randstr.js';
import { rename } from './rename.js';
import { scancel } from './scancel.js';
import { serialize } from './serialize.js';
import { setval } from './setval.js';
import { sextend } from './sextend.js';
import { slock } from './slock.js';
import { sublist } from './sublist.js';
import { subnew } from './subnew.js';
import { sunlock } from './sunlock.js';
import { timeout } from './timeout.js';
import { uniq } from './uniq.js';

export const handlers: { readonly [Name in EngineCommandName]: Handler<Name> } = {
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
  LOCKS: locksCommand,
  MULDIV: muldiv,
  RANDSTR: randstr,
  RENAME: rename,
  SCANCEL: scancel,
  SERIALIZE: serialize,
  SETVAL: setval,
  SEXTEND: sextend,
  SLOCK: slock,
  SUBLIST: sublist,
  SUBNEW: subnew,
  SUNLOCK: sunlock,
  TIMEOUT: timeout,
  UNIQ: uniq,
};
