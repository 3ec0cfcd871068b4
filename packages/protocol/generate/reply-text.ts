// A reply schema as a phrase of the reference page.
import type { ReplySchema } from '../src/index.js';

export function replyText(schema: ReplySchema): string {
  switch (schema.type) {
    case 'ok':
      return '`OK`';
    case 'text':
      return 'text';
    case 'bytes':
      return 'bulk string';
    case 'integer':
      return 'integer';
    case 'null':
      return 'null';
    case 'any':
      return 'as its subcommand says';
    case 'array':
      return schema.items.type === 'any' ? 'array' : `array of ${plural(schema.items)}`;
    case 'tuple':
      return `array [${schema.items.map(replyText).join(', ')}]`;
    case 'map':
      return `map of ${schema.keys === 'text' ? 'text' : 'bulk string'} to ${replyText(schema.values)}`;
    case 'record':
      return `map {${Object.entries(schema.fields)
        .map(([name, field]) => `${name}: ${replyText(field)}`)
        .join(', ')}}`;
    case 'oneOf':
      return schema.of.map(replyText).join(' or ');
  }
}

function plural(schema: ReplySchema): string {
  if (schema.type === 'integer') return 'integers';
  if (schema.type === 'bytes') return 'bulk strings';
  if (schema.type === 'text') return 'texts';
  if (schema.type === 'record') return `maps ${replyText(schema).slice(4)}`;
  return replyText(schema);
}
