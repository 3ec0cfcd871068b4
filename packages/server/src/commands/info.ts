import { commands } from '@msession/protocol';
import { defineHandler } from '../command-handler.js';
import { reportText, serverReport } from '../server-report.js';

export const info = defineHandler(commands.INFO, ({ context, request, sink, bound }) => {
  const { first, count } = bound.sections;
  const sections = Array.from({ length: count }, (_, i) => request.text(first + i));
  sink.verbatim(reportText(serverReport(context), sections));
  return undefined;
});
