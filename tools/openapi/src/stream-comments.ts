import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const LIVE = fileURLToPath(new URL('../../../packages/router/src/live.ts', import.meta.url));

/** The comments above the subscriptions of the router, which the generator leaves out, by the names of the procedures. */
export function streamComments(): Record<string, string> {
  const text = readFileSync(LIVE, 'utf8');
  const source = ts.createSourceFile(LIVE, text, ts.ScriptTarget.Latest, true);
  const comments: Record<string, string> = {};
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && ts.isObjectLiteralExpression(node.parent)) {
      const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
      const said = ts.getTextOfJSDocComment(comment?.comment);
      if (said !== undefined) comments[`live.${node.name.getText()}`] ??= said.replace(/\s+/g, ' ').trim();
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return comments;
}
