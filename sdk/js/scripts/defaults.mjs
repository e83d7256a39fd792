// What a field of a record is where an author leaves it out. Options, lists and truth values need no line here: they are
// absent, empty and false. The same as in the Rust SDK, save that texts and numbers which have no sense of their own must be given.

export const defaults = {
  alias: { kind: 'opaque', assurance: { tag: 'unverified' } },
  identity: { kind: 'opaque', role: 'contact', assurance: { tag: 'unverified' } },
  thread: { kind: 'direct' },
  recipient: { role: 'to', kind: 'opaque' },
  media: { kind: 'file' },
  'rich-text': { plain: '' },
  choices: { style: 'buttons' },
  'choice-option': { action: { tag: 'reply' } },
  response: { status: 200 },
  message: { direction: 'incoming' },
  target: { clientRef: '' },
  draft: { attempt: 1, ground: { tag: 'open' } },
};
