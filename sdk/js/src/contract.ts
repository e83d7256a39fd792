// Generated from wit/ by scripts/contract.mjs; change those and run: npm run contract

/**
 * The contract's types, constructors for its records and the cases of its variants, and the table of its shapes.
 *
 * @module
 */

import { complete } from './complete.js';
import type { Shape } from './complete.js';

/** The contract that this SDK was made from. */
export const CONTRACT = 'lockgate:channel@0.1.0-dev.1';

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Timestamp = number;

/** {@link Timestamp} as an author may write it. */
export type TimestampInit = number | bigint;

/** A length of time in milliseconds. */
export type Milliseconds = number;

/** {@link Milliseconds} as an author may write it. */
export type MillisecondsInit = number | bigint;

/** A name and a value that the contract has no field for yet. The value is JSON text. Kept, shown as details, never acted on. */
export interface Extra {
  /** The provider's word for it. */
  name: string;
  /** JSON text. */
  value: string;
}

/** In any order; a name may come more than once. */
export type Extras = Extra[];

/** A pair as HTTP knows it: a header, a query parameter, a form field. Order and repetition are kept. */
export interface Pair {
  /** As it came; names of headers in lower case. */
  name: string;
  /** Decoded once, where it was encoded. */
  value: string;
}

/**
 * Something opaque that the plugin wants back when the host next speaks about this message, thread or identity
 * (a LINE reply token, a Telegram business connection). Kept per thing, the newest wins, an empty value clears; at most 4 KiB.
 */
export interface Context {
  /** The plugin's own text, at most 4 KiB; empty clears what was kept. */
  value: string;
  /** Not handed back after this moment. */
  expires?: Timestamp | undefined;
  /** Handed back once, then forgotten. */
  once: boolean;
}

/** {@link Context} as an author may write it: what has a default may be left out. */
export interface ContextInit {
  /** The plugin's own text, at most 4 KiB; empty clears what was kept. */
  value: string;
  /** Not handed back after this moment. */
  expires?: TimestampInit | undefined;
  /** Handed back once, then forgotten. */
  once?: boolean | undefined;
}

/** What was kept and has not expired. `message` is the message answered: the quoted one, else the newest incoming. */
export interface Contexts {
  /** The message's. */
  message?: Context | undefined;
  /** The thread's. */
  thread?: Context | undefined;
  /** The recipient's identity's. */
  recipient?: Context | undefined;
}

/** {@link Contexts} as an author may write it: what has a default may be left out. */
export interface ContextsInit {
  /** The message's. */
  message?: ContextInit | undefined;
  /** The thread's. */
  thread?: ContextInit | undefined;
  /** The recipient's identity's. */
  recipient?: ContextInit | undefined;
}

/** Where a channel's account stands at its provider: a page, a number, a mailbox, a workspace. */
export type AccountId = string;

/** A person as the provider names them, unique within the account. */
export type IdentityKey = string;

/**
 * A thread as the provider names it, unique within the account. Where a direct thread has no name of its own it is the
 * contact's key, and is then resolved as the identity is, aliases included.
 */
export type ThreadKey = string;

/**
 * A message as the provider names it, unique within the account: where the provider's own is unique only within a chat,
 * the plugin puts the chat before it.
 */
export type MessageId = string;

/** A message's name that is unique in the world (the Message-ID of RFC 5322, without brackets). Matched over all channels. */
export type UniversalId = string;

/** Our own name for a delivery or a part: a UUID, the same at every attempt, given back by providers that carry one. */
export type ClientRef = string;

/** What kind of key names a person; it says how two keys are compared. */
export type IdentityKind =
  /** An RFC 5321 address; compared by the host as addresses are. */
  | 'email'
  /** E.164 with the plus sign. Joins no identities that have different opaque keys: numbers are passed on. */
  | 'phone'
  /** A visitor of a widget or form, known by a token only. */
  | 'visitor'
  /** Anything else: comparable as text, within this account only. */
  | 'opaque';

/** What a person is to us. */
export type IdentityRole =
  /** Somebody outside, whom we serve. */
  | 'contact'
  /** A person of ours who writes from the provider's own app. */
  | 'agent'
  /** A bot, ours or another's. */
  | 'bot'
  /** The provider itself. */
  | 'system';

/** Who vouches that the sender is who the key says. */
export type Assurance =
  /** Nobody: a form field, an unsigned attribute. */
  | { tag: 'unverified' }
  /** The provider signed the person in. */
  | { tag: 'provider' }
  /** The site's own signed statement (an identity token of a widget). */
  | { tag: 'site' }
  /** Mail whose DMARC result passed; the text is the result as received. */
  | { tag: 'mail-authenticated'; val: string }
  /** Mail whose DMARC result failed; the text is the result as received. */
  | { tag: 'mail-failed'; val: string };

/**
 * Another name of the same person: an old number, a portfolio-wide id, an address. An unverified one merges nobody, but is
 * kept, for channels that can begin a conversation with it.
 */
export interface Alias {
  /** The other name. */
  key: IdentityKey;
  /** Its kind. */
  kind: IdentityKind;
  /** Who vouches that it is the same person's. */
  assurance: Assurance;
}

/** {@link Alias} as an author may write it: what has a default may be left out. */
export interface AliasInit {
  /** The other name. */
  key: IdentityKey;
  /**
   * Its kind.
   * Left out: "opaque".
   */
  kind?: IdentityKind | undefined;
  /**
   * Who vouches that it is the same person's.
   * Left out: {"tag":"unverified"}.
   */
  assurance?: Assurance | undefined;
}

/** A person on one channel. What is none here leaves what the host knows as it is. */
export interface Identity {
  /** How the provider names the person. One that is not known makes a contact. */
  key: IdentityKey;
  /** The kind of `key`. */
  kind: IdentityKind;
  /** Only a `contact` becomes a contact; the others are shown as authors. */
  role: IdentityRole;
  /** Other names of the same person. */
  aliases: Alias[];
  /** Who vouches for `key`. */
  assurance: Assurance;
  /** As the person is shown. */
  name?: string | undefined;
  /** The provider's handle for the person, without a leading `@`. */
  username?: string | undefined;
  /** A portrait. */
  picture?: MediaSource | undefined;
  /** BCP 47. */
  language?: string | undefined;
  /** IANA name. */
  timezone?: string | undefined;
  /** Handed back as `contexts.recipient`. */
  context?: Context | undefined;
  /** Shown with the contact. */
  extras: Extras;
}

/** {@link Identity} as an author may write it: what has a default may be left out. */
export interface IdentityInit {
  /** How the provider names the person. One that is not known makes a contact. */
  key: IdentityKey;
  /**
   * The kind of `key`.
   * Left out: "opaque".
   */
  kind?: IdentityKind | undefined;
  /**
   * Only a `contact` becomes a contact; the others are shown as authors.
   * Left out: "contact".
   */
  role?: IdentityRole | undefined;
  /** Other names of the same person. */
  aliases?: AliasInit[] | undefined;
  /**
   * Who vouches for `key`.
   * Left out: {"tag":"unverified"}.
   */
  assurance?: Assurance | undefined;
  /** As the person is shown. */
  name?: string | undefined;
  /** The provider's handle for the person, without a leading `@`. */
  username?: string | undefined;
  /** A portrait. */
  picture?: MediaSource | undefined;
  /** BCP 47. */
  language?: string | undefined;
  /** IANA name. */
  timezone?: string | undefined;
  /** Handed back as `contexts.recipient`. */
  context?: ContextInit | undefined;
  /** Shown with the contact. */
  extras?: Extras | undefined;
}

/** Who takes part in a thread, and who can read it. */
export type ThreadKind =
  /** One contact and us. */
  | 'direct'
  /** Several people. */
  | 'group'
  /** A topic inside a group. */
  | 'topic'
  /** A thread that others can read (a comment below a post). */
  | 'public';

/** What the provider hangs messages on. What is none here leaves what the host knows as it is. */
export interface Thread {
  /** How the provider names it. One that is not known opens a conversation. */
  key: ThreadKey;
  /** Fixed when the thread becomes known. */
  kind: ThreadKind;
  /** Taken from any event that names the thread. */
  title?: string | undefined;
  /** The group or channel that a topic belongs to. */
  parent?: ThreadKey | undefined;
  /** The message that opened this thread, where the provider hangs threads on messages. */
  root?: MessageId | undefined;
  /** Of a direct thread: the contact, where that is not the event's actor (echoes, calls that we began). */
  contact?: Identity | undefined;
  /** The manifest's named set of capabilities that holds here, where threads differ. */
  capabilities?: string | undefined;
  /** Where the contact can read on in a browser. */
  address?: string | undefined;
  /** Handed back as `contexts.thread`. */
  context?: Context | undefined;
  /** Shown with the conversation. */
  extras: Extras;
}

/** {@link Thread} as an author may write it: what has a default may be left out. */
export interface ThreadInit {
  /** How the provider names it. One that is not known opens a conversation. */
  key: ThreadKey;
  /**
   * Fixed when the thread becomes known.
   * Left out: "direct".
   */
  kind?: ThreadKind | undefined;
  /** Taken from any event that names the thread. */
  title?: string | undefined;
  /** The group or channel that a topic belongs to. */
  parent?: ThreadKey | undefined;
  /** The message that opened this thread, where the provider hangs threads on messages. */
  root?: MessageId | undefined;
  /** Of a direct thread: the contact, where that is not the event's actor (echoes, calls that we began). */
  contact?: IdentityInit | undefined;
  /** The manifest's named set of capabilities that holds here, where threads differ. */
  capabilities?: string | undefined;
  /** Where the contact can read on in a browser. */
  address?: string | undefined;
  /** Handed back as `contexts.thread`. */
  context?: ContextInit | undefined;
  /** Shown with the conversation. */
  extras?: Extras | undefined;
}

/** Bytes that the host keeps, by the name that `media-store` gave them. */
export type MediaHandle = string;

/** Where the bytes of a medium are. */
export type MediaSource =
  /** Already with the host: created in this call, or taken off a multipart body. */
  | { tag: 'stored'; val: MediaHandle }
  /** To be fetched later by the plugin's `media-fetcher`; the text is the plugin's own. */
  | { tag: 'deferred'; val: string }
  /** To be fetched by the host: a GET without credential, from a granted host, or from any public one where the manifest says so. */
  | { tag: 'address'; val: string }
  /** A copy is not to be had, for this reason. */
  | { tag: 'missing'; val: string };

/** How a medium is shown. */
export type MediaKind =
  /** A still picture. */
  | 'image'
  /** Moving pictures. */
  | 'video'
  /** Sound: music, a recording. */
  | 'audio'
  /** Recorded in the messenger; shown with a player. */
  | 'voice'
  /** A sticker; shown without a frame. */
  | 'sticker'
  /** A silent looping clip. */
  | 'animation'
  /** A round video note. */
  | 'video-note'
  /** Anything else; offered for download. */
  | 'file';

/** A file, a picture, a sound. */
export interface Media {
  /** How it is shown. */
  kind: MediaKind;
  /** Where its bytes are. */
  source: MediaSource;
  /** As the sender named it. */
  fileName?: string | undefined;
  /** As the provider said; the host looks at the bytes itself. */
  contentType?: string | undefined;
  /** In bytes, as the provider said. */
  size?: number | undefined;
  /** How long it plays. */
  duration?: Milliseconds | undefined;
  /** In pixels. */
  width?: number | undefined;
  /** In pixels. */
  height?: number | undefined;
  /** The text that belongs to it, where the provider has such. */
  caption?: RichText | undefined;
  /** May be looked at once; the host does not keep it beyond that. */
  viewOnce: boolean;
  /** The Content-ID that HTML of this message refers to. */
  contentId?: string | undefined;
  /** As the provider says. */
  sha256?: Uint8Array | undefined;
  /** A still of a video. */
  preview?: MediaSource | undefined;
}

/** {@link Media} as an author may write it: what has a default may be left out. */
export interface MediaInit {
  /**
   * How it is shown.
   * Left out: "file".
   */
  kind?: MediaKind | undefined;
  /** Where its bytes are. */
  source: MediaSource;
  /** As the sender named it. */
  fileName?: string | undefined;
  /** As the provider said; the host looks at the bytes itself. */
  contentType?: string | undefined;
  /** In bytes, as the provider said. */
  size?: number | bigint | undefined;
  /** How long it plays. */
  duration?: MillisecondsInit | undefined;
  /** In pixels. */
  width?: number | undefined;
  /** In pixels. */
  height?: number | undefined;
  /** The text that belongs to it, where the provider has such. */
  caption?: RichTextInit | undefined;
  /** May be looked at once; the host does not keep it beyond that. */
  viewOnce?: boolean | undefined;
  /** The Content-ID that HTML of this message refers to. */
  contentId?: string | undefined;
  /** As the provider says. */
  sha256?: Uint8Array | string | undefined;
  /** A still of a video. */
  preview?: MediaSource | undefined;
}

/**
 * Text, with HTML where there is some. The host sanitises HTML before anyone sees it, derives an empty `plain` from it, and
 * fills the names of mentions (`data-identity`).
 */
export interface RichText {
  /** Without markup. May be empty where `html` is there. */
  plain: string;
  /** The same as HTML, as the provider or sender wrote it. */
  html?: string | undefined;
}

/** {@link RichText} as an author may write it: a text stands for its `plain`. */
export type RichTextInit = string | {
  /**
   * Without markup. May be empty where `html` is there.
   * Left out: "".
   */
  plain?: string | undefined;
  /** The same as HTML, as the provider or sender wrote it. */
  html?: string | undefined;
};

/** A place on earth. */
export interface Location {
  /** Degrees north, WGS 84. */
  latitude: number;
  /** Degrees east, WGS 84. */
  longitude: number;
  /** Metres. */
  accuracy?: number | undefined;
  /** What the place is called. */
  name?: string | undefined;
  /** Its postal address, on one line. */
  address?: string | undefined;
  /** A moving position: until when it moves. */
  liveUntil?: Timestamp | undefined;
}

/** {@link Location} as an author may write it: what has a default may be left out. */
export interface LocationInit {
  /** Degrees north, WGS 84. */
  latitude: number;
  /** Degrees east, WGS 84. */
  longitude: number;
  /** Metres. */
  accuracy?: number | undefined;
  /** What the place is called. */
  name?: string | undefined;
  /** Its postal address, on one line. */
  address?: string | undefined;
  /** A moving position: until when it moves. */
  liveUntil?: TimestampInit | undefined;
}

/** A person's details, passed on as a card. Makes no contact. */
export interface ContactCard {
  /** As the card shows it. */
  name: string;
  /** Kind of number (`mobile`, `work`, may be empty) and the number as written. */
  phones: Pair[];
  /** Kind of address (may be empty) and the address. */
  emails: Pair[];
  /** RFC 6350 text, where there is one. */
  vcard?: string | undefined;
}

/** {@link ContactCard} as an author may write it: what has a default may be left out. */
export interface ContactCardInit {
  /** As the card shows it. */
  name: string;
  /** Kind of number (`mobile`, `work`, may be empty) and the number as written. */
  phones?: Pair[] | undefined;
  /** Kind of address (may be empty) and the address. */
  emails?: Pair[] | undefined;
  /** RFC 6350 text, where there is one. */
  vcard?: string | undefined;
}

/** What choices look like. */
export type ChoicesStyle =
  /** Below the message, for as long as it stands. */
  | 'buttons'
  /** Above the keyboard, gone once one is pressed. */
  | 'quick-replies'
  /** A list that opens. */
  | 'menu'
  /** Votes come back as `choice`. */
  | 'poll';

/** What pressing a choice does. */
export type ChoiceAction =
  /** The payload comes back in `choice`. */
  | { tag: 'reply' }
  /** Opens this address. */
  | { tag: 'open'; val: string }
  /** Asks the contact to share a place; it comes back as `location`. */
  | { tag: 'ask-location' }
  /** Asks the contact to share a card; it comes back as `contact-card`. */
  | { tag: 'ask-contact' }
  /** A form of the provider's, by its name there. */
  | { tag: 'form'; val: string };

/** One of several choices. */
export interface ChoiceOption {
  /** Comes back in `choice`. */
  payload: string;
  /** What the contact reads on it. */
  title: string;
  /** A second line, where the provider shows one. */
  description?: string | undefined;
  /** Options of one section stand together below its title. */
  section?: string | undefined;
  /** What pressing it does. */
  action: ChoiceAction;
  /** A small picture beside the title. */
  picture?: MediaSource | undefined;
}

/** {@link ChoiceOption} as an author may write it: what has a default may be left out. */
export interface ChoiceOptionInit {
  /** Comes back in `choice`. */
  payload: string;
  /** What the contact reads on it. */
  title: string;
  /** A second line, where the provider shows one. */
  description?: string | undefined;
  /** Options of one section stand together below its title. */
  section?: string | undefined;
  /**
   * What pressing it does.
   * Left out: {"tag":"reply"}.
   */
  action?: ChoiceAction | undefined;
  /** A small picture beside the title. */
  picture?: MediaSource | undefined;
}

/** A question with choices to press. */
export interface Choices {
  /** What they look like. */
  style: ChoicesStyle;
  /** The text above them. */
  body?: RichText | undefined;
  /** A line above the text. */
  header?: string | undefined;
  /** A small line below. */
  footer?: string | undefined;
  /** What opens the list, where the provider has such a button. */
  button?: string | undefined;
  /** In the order in which they are shown. */
  options: ChoiceOption[];
}

/** {@link Choices} as an author may write it: what has a default may be left out. */
export interface ChoicesInit {
  /**
   * What they look like.
   * Left out: "buttons".
   */
  style?: ChoicesStyle | undefined;
  /** The text above them. */
  body?: RichTextInit | undefined;
  /** A line above the text. */
  header?: string | undefined;
  /** A small line below. */
  footer?: string | undefined;
  /** What opens the list, where the provider has such a button. */
  button?: string | undefined;
  /** In the order in which they are shown. */
  options?: ChoiceOptionInit[] | undefined;
}

/** What the contact pressed or chose. Stands alone, with no text beside it; several chosen are several parts. */
export interface Choice {
  /** The pressed option's own; empty where the provider tells only a title. */
  payload: string;
  /** What stood on it. */
  title?: string | undefined;
  /** The message whose choices these were. */
  offeredIn?: MessageId | undefined;
}

/** {@link Choice} as an author may write it: what has a default may be left out. */
export interface ChoiceInit {
  /** The pressed option's own; empty where the provider tells only a title. */
  payload: string;
  /** What stood on it. */
  title?: string | undefined;
  /** The message whose choices these were. */
  offeredIn?: MessageId | undefined;
}

/** A text that the provider approved, filled in. */
export interface Template {
  /** As the provider knows it. */
  name: string;
  /** BCP 47, or the provider's own code where that differs. */
  language: string;
  /** What fills its gaps. */
  parameters: TemplateParameter[];
  /** The rendered text, where it is known. */
  rendered?: RichText | undefined;
}

/** {@link Template} as an author may write it: what has a default may be left out. */
export interface TemplateInit {
  /** As the provider knows it. */
  name: string;
  /** BCP 47, or the provider's own code where that differs. */
  language: string;
  /** What fills its gaps. */
  parameters?: TemplateParameterInit[] | undefined;
  /** The rendered text, where it is known. */
  rendered?: RichTextInit | undefined;
}

/** What fills one gap. */
export type TemplateValue =
  /** Text. */
  | { tag: 'text'; val: string }
  /** A file. */
  | { tag: 'media'; val: MediaSource }
  /** What comes back when a button of the template is pressed. */
  | { tag: 'payload'; val: string };

/** One gap of a template. */
export interface TemplateParameter {
  /** As `templates` named it. */
  section: string;
  /** Its name, where gaps have names; otherwise the order within the section counts. */
  name?: string | undefined;
  /** What fills it. */
  value: TemplateValue;
}

/** {@link TemplateParameter} as an author may write it: what has a default may be left out. */
export interface TemplateParameterInit {
  /** As `templates` named it. */
  section: string;
  /** Its name, where gaps have names; otherwise the order within the section counts. */
  name?: string | undefined;
  /** What fills it. */
  value: TemplateValue;
}

/**
 * An answer in a form. Hidden ones are kept with the contact and not shown in the conversation. Names that begin with
 * `ticket.`, `contact.` or `feedback.` fill those.
 */
export interface Field {
  /** The form's own name for it. */
  name: string;
  /** As the contact read it. */
  label?: string | undefined;
  /** What was answered. */
  value: FieldValue;
  /** Kept with the contact, not shown in the conversation. */
  hidden: boolean;
}

/** {@link Field} as an author may write it: what has a default may be left out. */
export interface FieldInit {
  /** The form's own name for it. */
  name: string;
  /** As the contact read it. */
  label?: string | undefined;
  /** What was answered. */
  value: FieldValue;
  /** Kept with the contact, not shown in the conversation. */
  hidden?: boolean | undefined;
}

/** One answer. */
export type FieldValue =
  /** Free text. */
  | { tag: 'text'; val: string }
  /** What was chosen: one or several. */
  | { tag: 'choice'; val: string[] }
  /** A number. */
  | { tag: 'number'; val: number }
  /** Yes or no. */
  | { tag: 'boolean'; val: boolean }
  /** A file that was attached. */
  | { tag: 'file'; val: MediaSource };

/** A link with what the provider shows of it. */
export interface LinkPreview {
  /** Where it leads. */
  address: string;
  /** The page's title. */
  title?: string | undefined;
  /** A line or two about the page. */
  description?: string | undefined;
  /** A picture of the page. */
  picture?: MediaSource | undefined;
}

/** {@link LinkPreview} as an author may write it: what has a default may be left out. */
export interface LinkPreviewInit {
  /** Where it leads. */
  address: string;
  /** The page's title. */
  title?: string | undefined;
  /** A line or two about the page. */
  description?: string | undefined;
  /** A picture of the page. */
  picture?: MediaSource | undefined;
}

/** Goods the contact ordered or asks about. */
export interface OrderLine {
  /** How the catalogue names it. */
  product: string;
  /** What people call it. */
  title?: string | undefined;
  /** How many, or how much. */
  quantity: number;
  /** A decimal number as text, and ISO 4217. */
  price?: string | undefined;
  /** ISO 4217. */
  currency?: string | undefined;
}

/** {@link OrderLine} as an author may write it: what has a default may be left out. */
export interface OrderLineInit {
  /** How the catalogue names it. */
  product: string;
  /** What people call it. */
  title?: string | undefined;
  /** How many, or how much. */
  quantity: number;
  /** A decimal number as text, and ISO 4217. */
  price?: string | undefined;
  /** ISO 4217. */
  currency?: string | undefined;
}

/**
 * A kind this contract has no name for (cards, time pickers). Incoming it is shown by `fallback`, with the raw text one
 * click away; outgoing it is passed on from the API where the manifest declares the kind.
 */
export interface Native {
  /** The provider's word for it. */
  kind: string;
  /** What is shown in its stead; none: the kind's name. */
  fallback?: string | undefined;
  /** The provider's own text, at most 64 KiB. */
  raw?: string | undefined;
}

/** {@link Native} as an author may write it: what has a default may be left out. */
export interface NativeInit {
  /** The provider's word for it. */
  kind: string;
  /** What is shown in its stead; none: the kind's name. */
  fallback?: string | undefined;
  /** The provider's own text, at most 64 KiB. */
  raw?: string | undefined;
}

/** What one part says. */
export type Content =
  /** Text. */
  | { tag: 'text'; val: RichText }
  /** A file, a picture, a sound. */
  | { tag: 'media'; val: Media }
  /** A place. */
  | { tag: 'location'; val: Location }
  /** Somebody's details. */
  | { tag: 'contact-card'; val: ContactCard }
  /** A question with choices. */
  | { tag: 'choices'; val: Choices }
  /** What was pressed. */
  | { tag: 'choice'; val: Choice }
  /** An approved text. */
  | { tag: 'template'; val: Template }
  /** A form, filled in. */
  | { tag: 'fields'; val: Field[] }
  /** A link, shown. */
  | { tag: 'link-preview'; val: LinkPreview }
  /** Goods. */
  | { tag: 'order'; val: OrderLine[] }
  /** What the contract has no name for. */
  | { tag: 'native'; val: Native };

/** {@link Content} as an author may write it. */
export type ContentInit =
  /** Text. */
  | { tag: 'text'; val: RichTextInit }
  /** A file, a picture, a sound. */
  | { tag: 'media'; val: MediaInit }
  /** A place. */
  | { tag: 'location'; val: LocationInit }
  /** Somebody's details. */
  | { tag: 'contact-card'; val: ContactCardInit }
  /** A question with choices. */
  | { tag: 'choices'; val: ChoicesInit }
  /** What was pressed. */
  | { tag: 'choice'; val: ChoiceInit }
  /** An approved text. */
  | { tag: 'template'; val: TemplateInit }
  /** A form, filled in. */
  | { tag: 'fields'; val: FieldInit[] }
  /** A link, shown. */
  | { tag: 'link-preview'; val: LinkPreviewInit }
  /** Goods. */
  | { tag: 'order'; val: OrderLineInit[] }
  /** What the contract has no name for. */
  | { tag: 'native'; val: NativeInit };

/** Outgoing, a part is at most one message of the provider's: the host splits by the manifest's limits. */
export interface Part {
  /** What it says. */
  content: Content;
  /** Shown with the part. */
  extras: Extras;
}

/** {@link Part} as an author may write it: what has a default may be left out. */
export type PartInit = ContentInit | string | {
  /** What it says. */
  content: ContentInit;
  /** Shown with the part. */
  extras?: Extras | undefined;
};

/** In which line of a message somebody stands. */
export type RecipientRole =
  /** Written to. */
  | 'to'
  /** Gets a copy, for all to see. */
  | 'cc'
  /** Gets a copy, unseen by others. */
  | 'bcc'
  /** Whom answers are for. */
  | 'reply-to';

/** Somebody whom a message is for. */
export interface Recipient {
  /** In which line. */
  role: RecipientRole;
  /** How the provider names the person. */
  key: IdentityKey;
  /** The kind of `key`. */
  kind: IdentityKind;
  /** Other names that are known, vouched for or not. */
  aliases: Alias[];
  /** As it is shown beside the address. */
  name?: string | undefined;
}

/** {@link Recipient} as an author may write it: what has a default may be left out. */
export interface RecipientInit {
  /**
   * In which line.
   * Left out: "to".
   */
  role?: RecipientRole | undefined;
  /** How the provider names the person. */
  key: IdentityKey;
  /**
   * The kind of `key`.
   * Left out: "opaque".
   */
  kind?: IdentityKind | undefined;
  /** Other names that are known, vouched for or not. */
  aliases?: AliasInit[] | undefined;
  /** As it is shown beside the address. */
  name?: string | undefined;
}

/**
 * The host's stand-in for a secret: from `capture`, a sign-in or a secret field. An access token's stands for its whole
 * token set, the refresh token included.
 */
export type SecretHandle = string;

/** A secret that is given the name of a credential. */
export interface Binding {
  /** The manifest's name of the credential. */
  credential: string;
  /** What stands in for the value. */
  secret: SecretHandle;
  /** When the provider lets it expire, where that is known. */
  expires?: Timestamp | undefined;
}

/** {@link Binding} as an author may write it: what has a default may be left out. */
export interface BindingInit {
  /** The manifest's name of the credential. */
  credential: string;
  /** What stands in for the value. */
  secret: SecretHandle;
  /** When the provider lets it expire, where that is known. */
  expires?: TimestampInit | undefined;
}

/** Something that will pass by itself. */
export interface Passing {
  /** For the log and the admin. */
  why: string;
  /** How long the provider wants to be left alone. None: the host's own back-off. */
  retryAfter?: Milliseconds | undefined;
}

/** {@link Passing} as an author may write it: a text stands for its `why`. */
export type PassingInit = string | {
  /** For the log and the admin. */
  why: string;
  /** How long the provider wants to be left alone. None: the host's own back-off. */
  retryAfter?: MillisecondsInit | undefined;
};

/** Too much of something. */
export interface RateLimited {
  /** How long the bucket stays empty. None: the host's own back-off. */
  retryAfter?: Milliseconds | undefined;
  /** The manifest's bucket; it says whether app, account, thread or recipient pauses. */
  bucket: string;
}

/** {@link RateLimited} as an author may write it: what has a default may be left out. */
export interface RateLimitedInit {
  /** How long the bucket stays empty. None: the host's own back-off. */
  retryAfter?: MillisecondsInit | undefined;
  /** The manifest's bucket; it says whether app, account, thread or recipient pauses. */
  bucket: string;
}

/** Free text may not be sent any more. */
export interface WindowClosed {
  /** Since when, where the provider says. */
  since?: Timestamp | undefined;
  /** Tags and kinds that may still be sent, in the manifest's words. */
  allowed: string[];
}

/** {@link WindowClosed} as an author may write it: what has a default may be left out. */
export interface WindowClosedInit {
  /** Since when, where the provider says. */
  since?: TimestampInit | undefined;
  /** Tags and kinds that may still be sent, in the manifest's words. */
  allowed?: string[] | undefined;
}

/** Refused for good. */
export interface Rejected {
  /** The provider's code, as people search for it. */
  code?: string | undefined;
  /** In the provider's words. */
  words: string;
}

/** {@link Rejected} as an author may write it: a text stands for its `words`. */
export type RejectedInit = string | {
  /** The provider's code, as people search for it. */
  code?: string | undefined;
  /** In the provider's words. */
  words: string;
};

/** What a provider answered instead of doing it. Each name says what the host does next. */
export type Fault =
  /** Tried again with back-off. */
  | { tag: 'passing'; val: Passing }
  /** That bucket alone pauses. */
  | { tag: 'rate-limited'; val: RateLimited }
  /** One refresh and one more try; then the channel asks to be reconnected. */
  | { tag: 'sign-in-expired' }
  /** The channel asks for consent to these scopes again. */
  | { tag: 'permission-missing'; val: string[] }
  /** The whole channel pauses and the admin is told. */
  | { tag: 'channel-blocked'; val: Passing }
  /** The agent is offered what is allowed. */
  | { tag: 'window-closed'; val: WindowClosed }
  /** The address is dead or blocks us: the identity (in groups the thread) is marked; the agent is told. */
  | { tag: 'recipient-unreachable'; val: string }
  /** Opted out of this topic: the identity is marked; the agent is told. */
  | { tag: 'opted-out'; val: string }
  /** A person's new key: the identity is re-keyed and the message tried again, once. */
  | { tag: 'recipient-moved'; val: Alias }
  /** Another app holds the thread: the agent is offered to take it over. */
  | { tag: 'held-elsewhere'; val: string }
  /** Should have been caught by capabilities; the agent is told. */
  | { tag: 'unsupported'; val: string }
  /** With the limit, where it is told. */
  | { tag: 'too-large'; val: number | undefined }
  /** What was asked for is not there any more. Not tried again. */
  | { tag: 'gone'; val: string }
  /** What the provider answered cannot be read. Kept as a dead letter with the answer. */
  | { tag: 'malformed'; val: string }
  /** Final, shown to the agent or admin. */
  | { tag: 'rejected'; val: Rejected };

/** {@link Fault} as an author may write it. */
export type FaultInit =
  /** Tried again with back-off. */
  | { tag: 'passing'; val: PassingInit }
  /** That bucket alone pauses. */
  | { tag: 'rate-limited'; val: RateLimitedInit }
  /** One refresh and one more try; then the channel asks to be reconnected. */
  | { tag: 'sign-in-expired' }
  /** The channel asks for consent to these scopes again. */
  | { tag: 'permission-missing'; val: string[] }
  /** The whole channel pauses and the admin is told. */
  | { tag: 'channel-blocked'; val: PassingInit }
  /** The agent is offered what is allowed. */
  | { tag: 'window-closed'; val: WindowClosedInit }
  /** The address is dead or blocks us: the identity (in groups the thread) is marked; the agent is told. */
  | { tag: 'recipient-unreachable'; val: string }
  /** Opted out of this topic: the identity is marked; the agent is told. */
  | { tag: 'opted-out'; val: string }
  /** A person's new key: the identity is re-keyed and the message tried again, once. */
  | { tag: 'recipient-moved'; val: AliasInit }
  /** Another app holds the thread: the agent is offered to take it over. */
  | { tag: 'held-elsewhere'; val: string }
  /** Should have been caught by capabilities; the agent is told. */
  | { tag: 'unsupported'; val: string }
  /** With the limit, where it is told. */
  | { tag: 'too-large'; val: number | bigint | undefined }
  /** What was asked for is not there any more. Not tried again. */
  | { tag: 'gone'; val: string }
  /** What the provider answered cannot be read. Kept as a dead letter with the answer. */
  | { tag: 'malformed'; val: string }
  /** Final, shown to the agent or admin. */
  | { tag: 'rejected'; val: RejectedInit };

/** How the host verified a request before the plugin saw it. */
export interface Verification {
  /** The manifest's name of the recipe that passed. */
  recipe: string;
  /** Which of several keys fitted, by its name; never the key. */
  key?: string | undefined;
  /** Claims of a verified token that the manifest asked for. */
  claims: Pair[];
}

/** {@link Verification} as an author may write it: what has a default may be left out. */
export interface VerificationInit {
  /** The manifest's name of the recipe that passed. */
  recipe: string;
  /** Which of several keys fitted, by its name; never the key. */
  key?: string | undefined;
  /** Claims of a verified token that the manifest asked for. */
  claims?: Pair[] | undefined;
}

/** A file of a multipart body, taken off by the host. A text field of more than 64 KiB comes so too. */
export interface FormFile {
  /** The form's name for it. */
  field: string;
  /** As the sender named it, without folders. */
  fileName?: string | undefined;
  /** As the sender said. */
  contentType?: string | undefined;
  /** In bytes. */
  size: number;
  /** The bytes, already with the host; kept where a committed event names them. */
  stored: MediaHandle;
}

/** {@link FormFile} as an author may write it: what has a default may be left out. */
export interface FormFileInit {
  /** The form's name for it. */
  field: string;
  /** As the sender named it, without folders. */
  fileName?: string | undefined;
  /** As the sender said. */
  contentType?: string | undefined;
  /** In bytes. */
  size: number | bigint;
  /** The bytes, already with the host; kept where a committed event names them. */
  stored: MediaHandle;
}

/** One request as it came to a hook. Verified, unless the route's recipe is none. */
export interface Request {
  /** The channel's account; none on a route that belongs to the app, where events name theirs. */
  account?: AccountId | undefined;
  /** The route as the manifest names it. */
  route: string;
  /** Upper case; one of the route's. */
  method: string;
  /** What follows the route in the path, percent-encoded as it came. */
  path: string;
  /** Decoded once. */
  query: Pair[];
  /** Names in lower case. */
  headers: Pair[];
  /**
   * At most the route's limit, and never encoded: a request with a Content-Encoding is refused with 415. Of a multipart body the
   * fields, as `application/x-www-form-urlencoded`.
   */
  body: Uint8Array;
  /** What the host took off a multipart body. */
  files: FormFile[];
  /** None where the route's recipe is none. */
  verification?: Verification | undefined;
  /** As far as the operator's proxies can be trusted. */
  remoteAddress?: string | undefined;
  /** When its last byte came, by the host's clock. */
  receivedAt: Timestamp;
  /** The public address that was called. */
  url: string;
}

/** {@link Request} as an author may write it: what has a default may be left out. */
export interface RequestInit {
  /** The channel's account; none on a route that belongs to the app, where events name theirs. */
  account?: AccountId | undefined;
  /** The route as the manifest names it. */
  route: string;
  /** Upper case; one of the route's. */
  method: string;
  /** What follows the route in the path, percent-encoded as it came. */
  path: string;
  /** Decoded once. */
  query?: Pair[] | undefined;
  /** Names in lower case. */
  headers?: Pair[] | undefined;
  /**
   * At most the route's limit, and never encoded: a request with a Content-Encoding is refused with 415. Of a multipart body the
   * fields, as `application/x-www-form-urlencoded`.
   */
  body?: Uint8Array | string | undefined;
  /** What the host took off a multipart body. */
  files?: FormFileInit[] | undefined;
  /** None where the route's recipe is none. */
  verification?: VerificationInit | undefined;
  /** As far as the operator's proxies can be trusted. */
  remoteAddress?: string | undefined;
  /** When its last byte came, by the host's clock. */
  receivedAt: TimestampInit;
  /** The public address that was called. */
  url: string;
}

/** What the provider is answered, once all is committed. */
export interface Response {
  /** An HTTP status. What should come again is refused as `passing`, not answered 5xx here. */
  status: number;
  /** Those of the host's allow-list are sent, others dropped. */
  headers: Pair[];
  /** The body, within the call's limit of output. */
  body: Uint8Array;
}

/** {@link Response} as an author may write it: what has a default may be left out. */
export interface ResponseInit {
  /**
   * An HTTP status. What should come again is refused as `passing`, not answered 5xx here.
   * Left out: 200.
   */
  status?: number | undefined;
  /** Those of the host's allow-list are sent, others dropped. */
  headers?: Pair[] | undefined;
  /** The body, within the call's limit of output. */
  body?: Uint8Array | string | undefined;
}

/** What a request gave. */
export interface Reception {
  /** None: the manifest's default answer for the route. */
  response?: Response | undefined;
  /** In the order in which they happened, as far as that is known. May be empty. */
  events: Event[];
}

/** {@link Reception} as an author may write it: what has a default may be left out. */
export interface ReceptionInit {
  /** None: the manifest's default answer for the route. */
  response?: ResponseInit | undefined;
  /** In the order in which they happened, as far as that is known. May be empty. */
  events?: EventInit[] | undefined;
}

/** Why a request or mail gave nothing. Each name says what the host does next. */
export type Refusal =
  /**
   * Nothing in it can be read: acknowledged, kept as a dead letter. One bad item among good ones is a
   * `native` event instead.
   */
  | { tag: 'malformed'; val: string }
  /** It is not from whom it claims. 401; only counted. */
  | { tag: 'unauthentic'; val: string }
  /** It cannot be handled now. 503, or run again by the host where the provider was answered already. */
  | { tag: 'passing'; val: Passing };

/** {@link Refusal} as an author may write it. */
export type RefusalInit =
  /**
   * Nothing in it can be read: acknowledged, kept as a dead letter. One bad item among good ones is a
   * `native` event instead.
   */
  | { tag: 'malformed'; val: string }
  /** It is not from whom it claims. 401; only counted. */
  | { tag: 'unauthentic'; val: string }
  /** It cannot be handled now. 503, or run again by the host where the provider was answered already. */
  | { tag: 'passing'; val: PassingInit };

/** One thing that happened at the provider. */
export interface Event {
  /**
   * Named after the thing, not after the delivery: the same whether it comes by hook, poll, history or echo. Events of one
   * channel (naming no account: of one app) with the same kind and key are one. A receipt's holds the status, and message and
   * person or watermark and thread.
   * At most 512 bytes. Empty: never de-duplicated (typing, poll-now, account).
   */
  dedup: string;
  /**
   * Needed at app level, save for `erase-requested`; checked against the channel otherwise. `follow-up`, `poll-now` and
   * `renew-now` run for the account's channel; without one, for the app.
   */
  account?: AccountId | undefined;
  /** None on a message: it continues what `references` names, else opens a conversation. None elsewhere: found by message. */
  thread?: Thread | undefined;
  /** Who did it; of a receipt, whose receipt it is. None for withheld numbers, never a shared placeholder. */
  actor?: Identity | undefined;
  /**
   * The provider's time or the host's, never a sender's claim. Older than the channel's connection is history: it fires no
   * rule, notice or answer.
   */
  at: Timestamp;
  /**
   * The provider's own order, where it has one; greater is later. Compared within one kind about one thing: messages are
   * sorted by it, of other kinds a late one is dropped. One thing is, of reactions, message, actor and symbol (`now` and
   * `removed` of all: message and actor); of receipts, target, status and actor. Otherwise the list's order holds.
   */
  order?: number | undefined;
  /** What happened. */
  body: EventBody;
  /** Shown with the event. */
  extras: Extras;
}

/** {@link Event} as an author may write it: what has a default may be left out. */
export interface EventInit {
  /**
   * Named after the thing, not after the delivery: the same whether it comes by hook, poll, history or echo. Events of one
   * channel (naming no account: of one app) with the same kind and key are one. A receipt's holds the status, and message and
   * person or watermark and thread.
   * At most 512 bytes. Empty: never de-duplicated (typing, poll-now, account).
   */
  dedup: string;
  /**
   * Needed at app level, save for `erase-requested`; checked against the channel otherwise. `follow-up`, `poll-now` and
   * `renew-now` run for the account's channel; without one, for the app.
   */
  account?: AccountId | undefined;
  /** None on a message: it continues what `references` names, else opens a conversation. None elsewhere: found by message. */
  thread?: ThreadInit | undefined;
  /** Who did it; of a receipt, whose receipt it is. None for withheld numbers, never a shared placeholder. */
  actor?: IdentityInit | undefined;
  /**
   * The provider's time or the host's, never a sender's claim. Older than the channel's connection is history: it fires no
   * rule, notice or answer.
   */
  at: TimestampInit;
  /**
   * The provider's own order, where it has one; greater is later. Compared within one kind about one thing: messages are
   * sorted by it, of other kinds a late one is dropped. One thing is, of reactions, message, actor and symbol (`now` and
   * `removed` of all: message and actor); of receipts, target, status and actor. Otherwise the list's order holds.
   */
  order?: number | bigint | undefined;
  /** What happened. */
  body: EventBodyInit;
  /** Shown with the event. */
  extras?: Extras | undefined;
}

/** What happened. */
export type EventBody =
  /** Somebody said something. */
  | { tag: 'message'; val: Message }
  /** A message says something else now. */
  | { tag: 'edited'; val: Edit }
  /** Messages are gone. */
  | { tag: 'deleted'; val: Deletion }
  /** An emoji on a message, or its taking back. */
  | { tag: 'reaction'; val: Reaction }
  /** What became of a message of ours. Moves its status on, never back. */
  | { tag: 'receipt'; val: Receipt }
  /** The actor began (true) or ceased (false) to type. Shown live, not kept. */
  | { tag: 'typing'; val: boolean }
  /** The actor's profile is known or changed. */
  | { tag: 'profile' }
  /** The person has another key now. */
  | { tag: 'identity-changed'; val: IdentityChange }
  /** The event's thread is the old one. */
  | { tag: 'thread-moved'; val: ThreadKey }
  /** Who takes part in a group changed. */
  | { tag: 'membership'; val: Membership }
  /** The contact agreed to something, or no longer does. */
  | { tag: 'consent'; val: Consent }
  /** The contact can, or can no longer, be written to (blocked, unfollowed, left). */
  | { tag: 'reachable'; val: boolean }
  /** The contact came back by a link or advert without a message. Opens the window where the manifest says so. */
  | { tag: 'referral'; val: Attribution }
  /** Something about a telephone call. */
  | { tag: 'call'; val: Call }
  /** The conversation ended at the contact's side, or began again. */
  | { tag: 'ended'; val: boolean }
  /** How the account stands at the provider. Moves the channel's health. */
  | { tag: 'account'; val: AccountState }
  /** How a template stands at the provider. */
  | { tag: 'template-status'; val: TemplateStatus }
  /** A person wants to be forgotten. */
  | { tag: 'erase-requested'; val: EraseRequest }
  /** A mail that a poll or follow-up fetched: `receive-mail` is run on it, alone. */
  | { tag: 'mail'; val: Mail }
  /** Something changed: run `poll`. During a poll it causes another. */
  | { tag: 'poll-now' }
  /** Run `follow-up` with this text in the background, after this event is stored. */
  | { tag: 'follow-up'; val: string }
  /** Run `keep` now. */
  | { tag: 'renew-now' }
  /** Another app took or gave the thread: whether we may write. */
  | { tag: 'writable'; val: boolean }
  /** Understood, and of no interest; the reason. */
  | { tag: 'ignored'; val: string }
  /** What the contract has no name for. Kept, shown to the admin, acted on by nobody. */
  | { tag: 'native'; val: Native };

/** {@link EventBody} as an author may write it. */
export type EventBodyInit =
  /** Somebody said something. */
  | { tag: 'message'; val: MessageInit }
  /** A message says something else now. */
  | { tag: 'edited'; val: EditInit }
  /** Messages are gone. */
  | { tag: 'deleted'; val: DeletionInit }
  /** An emoji on a message, or its taking back. */
  | { tag: 'reaction'; val: ReactionInit }
  /** What became of a message of ours. Moves its status on, never back. */
  | { tag: 'receipt'; val: ReceiptInit }
  /** The actor began (true) or ceased (false) to type. Shown live, not kept. */
  | { tag: 'typing'; val: boolean }
  /** The actor's profile is known or changed. */
  | { tag: 'profile' }
  /** The person has another key now. */
  | { tag: 'identity-changed'; val: IdentityChangeInit }
  /** The event's thread is the old one. */
  | { tag: 'thread-moved'; val: ThreadKey }
  /** Who takes part in a group changed. */
  | { tag: 'membership'; val: MembershipInit }
  /** The contact agreed to something, or no longer does. */
  | { tag: 'consent'; val: ConsentInit }
  /** The contact can, or can no longer, be written to (blocked, unfollowed, left). */
  | { tag: 'reachable'; val: boolean }
  /** The contact came back by a link or advert without a message. Opens the window where the manifest says so. */
  | { tag: 'referral'; val: AttributionInit }
  /** Something about a telephone call. */
  | { tag: 'call'; val: CallInit }
  /** The conversation ended at the contact's side, or began again. */
  | { tag: 'ended'; val: boolean }
  /** How the account stands at the provider. Moves the channel's health. */
  | { tag: 'account'; val: AccountState }
  /** How a template stands at the provider. */
  | { tag: 'template-status'; val: TemplateStatusInit }
  /** A person wants to be forgotten. */
  | { tag: 'erase-requested'; val: EraseRequestInit }
  /** A mail that a poll or follow-up fetched: `receive-mail` is run on it, alone. */
  | { tag: 'mail'; val: MailInit }
  /** Something changed: run `poll`. During a poll it causes another. */
  | { tag: 'poll-now' }
  /** Run `follow-up` with this text in the background, after this event is stored. */
  | { tag: 'follow-up'; val: string }
  /** Run `keep` now. */
  | { tag: 'renew-now' }
  /** Another app took or gave the thread: whether we may write. */
  | { tag: 'writable'; val: boolean }
  /** Understood, and of no interest; the reason. */
  | { tag: 'ignored'; val: string }
  /** What the contract has no name for. Kept, shown to the admin, acted on by nobody. */
  | { tag: 'native'; val: NativeInit };

/** Who said it to whom. */
export type Direction =
  /** Said by the contact, or by others in a group. */
  | 'incoming'
  /** Sent by us, but from elsewhere: the provider's own app, another tool, or this host. */
  | 'echo';

/** What the host should think twice about. */
export type Trait =
  /** Must not be answered automatically: an automatic answer, a null sender, a sender who asks for none. */
  | 'automatic'
  /** Sent to many: a list, a newsletter. */
  | 'bulk'
  /** The provider or the sender's marks say spam. */
  | 'spam'
  /** A report on a message of ours; `receipt` events carry what it says. Hidden once one of them matched. */
  | 'delivery-report'
  /** Passed on by its sender; see `original-sender`. */
  | 'forwarded'
  /** Another app holds the thread: as `writable(false)`; a later message without it, as `writable(true)`. */
  | 'standby';

/** The message that is answered. */
export interface Quote {
  /** None where the quoted message is not of this account. */
  message?: MessageId | undefined;
  /** The quoted words, where only some were quoted, or nothing else is known. */
  excerpt?: string | undefined;
}

/** {@link Quote} as an author may write it: what has a default may be left out. */
export interface QuoteInit {
  /** None where the quoted message is not of this account. */
  message?: MessageId | undefined;
  /** The quoted words, where only some were quoted, or nothing else is known. */
  excerpt?: string | undefined;
}

/** How the contact got here. */
export interface Attribution {
  /** ad, post, short-link, page, story … */
  source: string;
  /** Our own reference that came along. */
  reference?: string | undefined;
  /** The provider's id of the advert or post. */
  item?: string | undefined;
  /** The page on which a chat or form was opened. */
  address?: string | undefined;
  /** What the advert or page is called. */
  title?: string | undefined;
  /** A picture of the advert or page. */
  picture?: MediaSource | undefined;
}

/** {@link Attribution} as an author may write it: what has a default may be left out. */
export interface AttributionInit {
  /** ad, post, short-link, page, story … */
  source: string;
  /** Our own reference that came along. */
  reference?: string | undefined;
  /** The provider's id of the advert or post. */
  item?: string | undefined;
  /** The page on which a chat or form was opened. */
  address?: string | undefined;
  /** What the advert or page is called. */
  title?: string | undefined;
  /** A picture of the advert or page. */
  picture?: MediaSource | undefined;
}

/** Something said. One that is known already, by id, is the same message. */
export interface Message {
  /**
   * None where the provider has none (a press, a form): its name is then the event's `dedup`, which comes back in `quote` and
   * `target.message`.
   */
  id?: MessageId | undefined;
  /** Its name that is unique in the world, where it has one. */
  universal?: UniversalId | undefined;
  /** Who said it to whom. */
  direction: Direction;
  /**
   * An echo of what we sent: of the delivery or of its part (of a mail the left part of our Message-ID). One that the host
   * does not know is ignored.
   */
  clientRef?: ClientRef | undefined;
  /** May be empty: the contact opened the chat. */
  parts: Part[];
  /** Of a mail, decoded. */
  subject?: string | undefined;
  /** The message that is answered. */
  quote?: Quote | undefined;
  /** Oldest first (References, then In-Reply-To): threads are found by the newest that is known. */
  references: UniversalId[];
  /** Of a mail: To, Cc, Reply-To, and as bcc the addresses of ours that stand in neither. */
  recipients: Recipient[];
  /** How the contact got here, where the message tells. */
  attribution?: Attribution | undefined;
  /** Messages with the same key are one album. */
  album?: string | undefined;
  /** Each at most once. */
  traits: Trait[];
  /**
   * Only where answer and contact should be someone other than who wrote to us (forwarded and rewritten mail), never for a
   * chat message passed on.
   */
  originalSender?: Identity | undefined;
  /** What is new in it, without quoted history and signature. */
  visible?: RichText | undefined;
  /** Not kept after this moment (disappearing messages). */
  expires?: Timestamp | undefined;
  /** Handed back as `contexts.message` when this message is answered. */
  context?: Context | undefined;
  /** Shown with the message. */
  extras: Extras;
}

/** {@link Message} as an author may write it: what has a default may be left out. */
export interface MessageInit {
  /**
   * None where the provider has none (a press, a form): its name is then the event's `dedup`, which comes back in `quote` and
   * `target.message`.
   */
  id?: MessageId | undefined;
  /** Its name that is unique in the world, where it has one. */
  universal?: UniversalId | undefined;
  /**
   * Who said it to whom.
   * Left out: "incoming".
   */
  direction?: Direction | undefined;
  /**
   * An echo of what we sent: of the delivery or of its part (of a mail the left part of our Message-ID). One that the host
   * does not know is ignored.
   */
  clientRef?: ClientRef | undefined;
  /** May be empty: the contact opened the chat. */
  parts?: PartInit[] | undefined;
  /** Of a mail, decoded. */
  subject?: string | undefined;
  /** The message that is answered. */
  quote?: QuoteInit | undefined;
  /** Oldest first (References, then In-Reply-To): threads are found by the newest that is known. */
  references?: UniversalId[] | undefined;
  /** Of a mail: To, Cc, Reply-To, and as bcc the addresses of ours that stand in neither. */
  recipients?: RecipientInit[] | undefined;
  /** How the contact got here, where the message tells. */
  attribution?: AttributionInit | undefined;
  /** Messages with the same key are one album. */
  album?: string | undefined;
  /** Each at most once. */
  traits?: Trait[] | undefined;
  /**
   * Only where answer and contact should be someone other than who wrote to us (forwarded and rewritten mail), never for a
   * chat message passed on.
   */
  originalSender?: IdentityInit | undefined;
  /** What is new in it, without quoted history and signature. */
  visible?: RichTextInit | undefined;
  /** Not kept after this moment (disappearing messages). */
  expires?: TimestampInit | undefined;
  /** Handed back as `contexts.message` when this message is answered. */
  context?: ContextInit | undefined;
  /** Shown with the message. */
  extras?: Extras | undefined;
}

/** A message says something else now. One for a message that is not known yet waits for it. */
export interface Edit {
  /** The edit's own id, where it has one. */
  id?: MessageId | undefined;
  /** The message that is edited. */
  message: MessageId;
  /** Media stay unless media are listed. A moved live location is an edit that is not shown as one. */
  parts: Part[];
}

/** {@link Edit} as an author may write it: what has a default may be left out. */
export interface EditInit {
  /** The edit's own id, where it has one. */
  id?: MessageId | undefined;
  /** The message that is edited. */
  message: MessageId;
  /** Media stay unless media are listed. A moved live location is an edit that is not shown as one. */
  parts?: PartInit[] | undefined;
}

/** Messages that are gone. Those that are not known yet are gone when they come. */
export interface Deletion {
  /** Gone at the provider, not archived or moved. Also ids of reactions (taken back) and edits (undone). */
  messages: MessageId[];
  /** True where the provider demands that our copy goes too. */
  erase: boolean;
}

/** {@link Deletion} as an author may write it: what has a default may be left out. */
export interface DeletionInit {
  /** Gone at the provider, not archived or moved. Also ids of reactions (taken back) and edits (undone). */
  messages?: MessageId[] | undefined;
  /** True where the provider demands that our copy goes too. */
  erase?: boolean | undefined;
}

/** How the actor's reactions on a message changed. */
export type ReactionChange =
  /** An emoji, or the provider's name between colons. */
  | { tag: 'added'; val: string }
  /** None: all of the actor's. */
  | { tag: 'removed'; val: string | undefined }
  /** All that the actor has now. */
  | { tag: 'now'; val: string[] };

/** A reaction on a message. One for a message that is not known yet waits for it. */
export interface Reaction {
  /** The reaction's own id, where it has one. */
  id?: MessageId | undefined;
  /** The message reacted to. */
  message: MessageId;
  /** What changed. */
  change: ReactionChange;
}

/** {@link Reaction} as an author may write it: what has a default may be left out. */
export interface ReactionInit {
  /** The reaction's own id, where it has one. */
  id?: MessageId | undefined;
  /** The message reacted to. */
  message: MessageId;
  /** What changed. */
  change: ReactionChange;
}

/** How far a message of ours got. A later one here is further, save `delayed` and `failed`. */
export type ReceiptStatus =
  /** The provider took it. */
  | 'sent'
  /** It reached a device or mailbox. */
  | 'delivered'
  /** It was shown to the contact. */
  | 'read'
  /** Its sound or video was played. */
  | 'played'
  /** Still tried. */
  | 'delayed'
  /** It will not arrive. Loses against `delivered` and `read`. */
  | 'failed';

/** Which messages a receipt is about. */
export type ReceiptTarget =
  /** The one that the provider names so. */
  | { tag: 'message'; val: MessageId }
  /** The one that the world names so. */
  | { tag: 'universal'; val: UniversalId }
  /** The delivery or part that we named so. */
  | { tag: 'client-ref'; val: ClientRef }
  /** Our messages of the thread up to and with this moment, by the echo's `at` or else the answer's. */
  | { tag: 'up-to'; val: Timestamp }
  /** Our messages of the thread up to and with this one. */
  | { tag: 'up-to-message'; val: MessageId };

/** {@link ReceiptTarget} as an author may write it. */
export type ReceiptTargetInit =
  /** The one that the provider names so. */
  | { tag: 'message'; val: MessageId }
  /** The one that the world names so. */
  | { tag: 'universal'; val: UniversalId }
  /** The delivery or part that we named so. */
  | { tag: 'client-ref'; val: ClientRef }
  /** Our messages of the thread up to and with this moment, by the echo's `at` or else the answer's. */
  | { tag: 'up-to'; val: TimestampInit }
  /** Our messages of the thread up to and with this one. */
  | { tag: 'up-to-message'; val: MessageId };

/** What became of messages of ours. */
export interface Receipt {
  /** How far they got. */
  status: ReceiptStatus;
  /** Which they are. */
  target: ReceiptTarget;
  /** For `failed` and `delayed`. */
  fault?: Fault | undefined;
  /** An id learnt only now, or one that replaces a provisional one; both stay valid. */
  learnt?: MessageId | undefined;
}

/** {@link Receipt} as an author may write it: what has a default may be left out. */
export interface ReceiptInit {
  /** How far they got. */
  status: ReceiptStatus;
  /** Which they are. */
  target: ReceiptTargetInit;
  /** For `failed` and `delayed`. */
  fault?: FaultInit | undefined;
  /** An id learnt only now, or one that replaces a provisional one; both stay valid. */
  learnt?: MessageId | undefined;
}

/** A person has other names now. */
export interface IdentityChange {
  /** How the host knows the person today. */
  old: IdentityKey;
  /** Where one of them is known already, `old` becomes its alias. */
  new: Alias[];
}

/** {@link IdentityChange} as an author may write it: what has a default may be left out. */
export interface IdentityChangeInit {
  /** How the host knows the person today. */
  old: IdentityKey;
  /** Where one of them is known already, `old` becomes its alias. */
  new?: AliasInit[] | undefined;
}

/** Makes no contacts. */
export interface Membership {
  /** Came in. */
  joined: Identity[];
  /** Went, or were put out. */
  left: Identity[];
  /** Ourselves: true joined, false left or removed. */
  ours?: boolean | undefined;
}

/** {@link Membership} as an author may write it: what has a default may be left out. */
export interface MembershipInit {
  /** Came in. */
  joined?: IdentityInit[] | undefined;
  /** Went, or were put out. */
  left?: IdentityInit[] | undefined;
  /** Ourselves: true joined, false left or removed. */
  ours?: boolean | undefined;
}

/** What the contact agreed to. The latest of a topic holds. */
export interface Consent {
  /** all, marketing, calls, or a category of the manifest. */
  topic: string;
  /** True: agreed. False: took it back; nothing of that topic is sent. */
  given: boolean;
  /** The contact's own words or choice; STOP words come as a message as well. */
  evidence?: string | undefined;
  /** What must be handed in when this consent is used (a notification token). */
  context?: Context | undefined;
}

/** {@link Consent} as an author may write it: what has a default may be left out. */
export interface ConsentInit {
  /** all, marketing, calls, or a category of the manifest. */
  topic: string;
  /** True: agreed. False: took it back; nothing of that topic is sent. */
  given?: boolean | undefined;
  /** The contact's own words or choice; STOP words come as a message as well. */
  evidence?: string | undefined;
  /** What must be handed in when this consent is used (a notification token). */
  context?: ContextInit | undefined;
}

/** Who called whom. */
export type CallDirection =
  /** The contact called us. */
  | 'incoming'
  /** We called the contact. */
  | 'outgoing';

/** How a call stands. */
export type CallState =
  /** Nobody answered yet. */
  | 'ringing'
  /** They talk. */
  | 'answered'
  /** Nobody answered. */
  | 'missed'
  /** The line was taken. */
  | 'busy'
  /** It could not be put through. */
  | 'failed'
  /** They talked, and hung up. */
  | 'ended';

/** What was recorded of a call. */
export interface Recording {
  /** How the provider names it; the same one is kept once. */
  id: string;
  /** Left for us, rather than taken of a talk. */
  voicemail: boolean;
  /** The sound. None: it comes later, or not. */
  source?: MediaSource | undefined;
  /** What was said, as the provider understood it. */
  transcript?: RichText | undefined;
}

/** {@link Recording} as an author may write it: what has a default may be left out. */
export interface RecordingInit {
  /** How the provider names it; the same one is kept once. */
  id: string;
  /** Left for us, rather than taken of a talk. */
  voicemail?: boolean | undefined;
  /** The sound. None: it comes later, or not. */
  source?: MediaSource | undefined;
  /** What was said, as the provider understood it. */
  transcript?: RichTextInit | undefined;
}

/** What is told about a call; what an event leaves out stays as it was. */
export interface Call {
  /** How the provider names the call. */
  id: string;
  /** Who called whom. */
  direction?: CallDirection | undefined;
  /** How it stands now. */
  state?: CallState | undefined;
  /** Our own name for a call that we began. */
  clientRef?: ClientRef | undefined;
  /** How long they talked. */
  duration?: Milliseconds | undefined;
  /** What was recorded. */
  recording?: Recording | undefined;
}

/** {@link Call} as an author may write it: what has a default may be left out. */
export interface CallInit {
  /** How the provider names the call. */
  id: string;
  /** Who called whom. */
  direction?: CallDirection | undefined;
  /** How it stands now. */
  state?: CallState | undefined;
  /** Our own name for a call that we began. */
  clientRef?: ClientRef | undefined;
  /** How long they talked. */
  duration?: MillisecondsInit | undefined;
  /** What was recorded. */
  recording?: RecordingInit | undefined;
}

/** How an account stands at its provider. */
export type AccountState =
  /** Only makes the host probe. */
  | { tag: 'healthy' }
  /** The account must be connected again. */
  | { tag: 'reconnect'; val: string }
  /** Scopes that are missing. */
  | { tag: 'permission-missing'; val: string[] }
  /** The provider stopped the account. */
  | { tag: 'suspended'; val: string }
  /** It works, but less (quality, limits), or an admin should know something. */
  | { tag: 'degraded'; val: string };

/** How a template stands. */
export type TemplateState =
  /** It may be sent. */
  | 'approved'
  /** The provider still looks at it. */
  | 'pending'
  /** The provider refused it. */
  | 'rejected'
  /** Not to be sent for now; the provider will say when again. */
  | 'paused'
  /** Not to be sent any more. */
  | 'disabled'
  /** Its text, category or quality is another. */
  | 'changed';

/** How a template stands at the provider. */
export interface TemplateStatus {
  /** As the provider knows it. */
  name: string;
  /** BCP 47, or the provider's own code. None: all languages of it. */
  language?: string | undefined;
  /** How it stands now. */
  state: TemplateState;
  /** In the provider's words. */
  reason?: string | undefined;
}

/** {@link TemplateStatus} as an author may write it: what has a default may be left out. */
export interface TemplateStatusInit {
  /** As the provider knows it. */
  name: string;
  /** BCP 47, or the provider's own code. None: all languages of it. */
  language?: string | undefined;
  /** How it stands now. */
  state: TemplateState;
  /** In the provider's words. */
  reason?: string | undefined;
}

/** The person asked the provider to erase them. The event may name no account. */
export interface EraseRequest {
  /** The person's keys, as far as they are told. */
  identities: IdentityKey[];
  /** What the provider finds its request by again; the host serves the state of the erasure below the request's address. */
  confirmation?: string | undefined;
}

/** {@link EraseRequest} as an author may write it: what has a default may be left out. */
export interface EraseRequestInit {
  /** The person's keys, as far as they are told. */
  identities?: IdentityKey[] | undefined;
  /** What the provider finds its request by again; the host serves the state of the erasure below the request's address. */
  confirmation?: string | undefined;
}

/** How a mail came to us. */
export type MailOrigin =
  /** Sent to an address of this host. */
  | 'delivered'
  /** Found in the mailbox's folder of incoming mail. */
  | 'fetched'
  /** Found in the mailbox's folder of sent mail. */
  | 'fetched-from-sent'
  /** By the plugin itself. */
  | 'polled';

/**
 * A mail as it was taken in. Parsed in the guest from the stream; what it stores on the way and no committed event names is
 * dropped.
 */
export interface Mail {
  /** How it came. */
  origin: MailOrigin;
  /** The reverse path: empty for `<>`, none where it is not known (a polled mail; see its Return-Path). */
  envelopeFrom?: string | undefined;
  /** The addresses of this channel it was for. */
  envelopeTo: string[];
  /** RFC 5322, as it came. */
  raw: MediaHandle;
  /** In bytes. */
  size: number;
  /** Results of our own checks, RFC 8601 without the header's name. */
  authentication?: string | undefined;
  /** When the host took it in. */
  receivedAt: Timestamp;
  /** The poller's own words: the provider's id, thread, labels. */
  note?: string | undefined;
}

/** {@link Mail} as an author may write it: what has a default may be left out. */
export interface MailInit {
  /** How it came. */
  origin: MailOrigin;
  /** The reverse path: empty for `<>`, none where it is not known (a polled mail; see its Return-Path). */
  envelopeFrom?: string | undefined;
  /** The addresses of this channel it was for. */
  envelopeTo?: string[] | undefined;
  /** RFC 5322, as it came. */
  raw: MediaHandle;
  /** In bytes. */
  size: number | bigint;
  /** Results of our own checks, RFC 8601 without the header's name. */
  authentication?: string | undefined;
  /** When the host took it in. */
  receivedAt: TimestampInit;
  /** The poller's own words: the provider's id, thread, labels. */
  note?: string | undefined;
}

/** What a poll or an import found. Oldest first within a page; an import's pages may go backwards. */
export interface Page {
  /** What was found on this page. */
  events: Event[];
  /** Committed with the events. None: unchanged. */
  cursor?: string | undefined;
  /** Whether there is more now: asked for at once. */
  more: boolean;
  /** Not asked again before this time has passed. None: the manifest's interval. */
  waitAtLeast?: Milliseconds | undefined;
}

/** {@link Page} as an author may write it: what has a default may be left out. */
export interface PageInit {
  /** What was found on this page. */
  events?: EventInit[] | undefined;
  /** Committed with the events. None: unchanged. */
  cursor?: string | undefined;
  /** Whether there is more now: asked for at once. */
  more?: boolean | undefined;
  /** Not asked again before this time has passed. None: the manifest's interval. */
  waitAtLeast?: MillisecondsInit | undefined;
}

/** Why the message may be sent now. */
export type Ground =
  /** The channel has no window, or it is open. */
  | { tag: 'open' }
  /** A person answers after the window, under this tag. */
  | { tag: 'tag'; val: string }
  /** An approved template. */
  | { tag: 'template' }
  /** A conversation that we begin. */
  | { tag: 'initiated' };

/** Whose name the message is sent under, where the channel shows one; final. */
export interface Author {
  /** As the contact is to read it. */
  name: string;
  /** Where the provider wants it apart. */
  firstName?: string | undefined;
  /** Where the provider wants it apart. */
  lastName?: string | undefined;
  /** A public address. */
  picture?: string | undefined;
}

/** {@link Author} as an author may write it: what has a default may be left out. */
export interface AuthorInit {
  /** As the contact is to read it. */
  name: string;
  /** Where the provider wants it apart. */
  firstName?: string | undefined;
  /** Where the provider wants it apart. */
  lastName?: string | undefined;
  /** A public address. */
  picture?: string | undefined;
}

/** A part as it is to be sent. */
export interface DraftPart {
  /** Unchanged over all attempts. */
  id: number;
  /** Our name for the part. Given to the provider where it carries one back with echo or receipt. */
  clientRef: ClientRef;
  /** What it says. */
  part: Part;
  /**
   * What an earlier attempt came to. A part that is sent, accepted or unknown is listed for what surrounds it and is not sent
   * again.
   */
  earlier?: Outcome | undefined;
}

/** {@link DraftPart} as an author may write it: what has a default may be left out. */
export interface DraftPartInit {
  /** Unchanged over all attempts. */
  id: number;
  /** Our name for the part. Given to the provider where it carries one back with echo or receipt. */
  clientRef: ClientRef;
  /** What it says. */
  part: PartInit;
  /**
   * What an earlier attempt came to. A part that is sent, accepted or unknown is listed for what surrounds it and is not sent
   * again.
   */
  earlier?: OutcomeInit | undefined;
}

/**
 * A message to send. The host hands in only what capabilities and window permit; Re:, signature, quoted history and name
 * tokens are in it already; the sender's address is the channel's setting.
 */
export interface Draft {
  /**
   * Names the delivery: the left part of a Message-ID, the finder of what an earlier attempt prepared. For the idempotency
   * key of one request take the `client-ref` of its first part.
   */
  delivery: ClientRef;
  /** 1 for the first. */
  attempt: number;
  /** The channel's account. */
  account: AccountId;
  /** None where the provider names no thread. */
  thread?: Thread | undefined;
  /** Of a mail complete; reply-to is the host's own signed address. */
  recipients: Recipient[];
  /** Of a mail. */
  subject?: string | undefined;
  /** The message of this channel that is answered. */
  quote?: MessageId | undefined;
  /** Oldest first, the answered one last. */
  references: UniversalId[];
  /** Why it may be sent now. */
  ground: Ground;
  /** None where no name is shown, or the channel's own. */
  author?: Author | undefined;
  /** Not written by a person: a greeting, a bot, an away message. */
  automatic: boolean;
  /** What was kept for this message, thread and recipient. */
  contexts: Contexts;
  /** In the order in which they are to arrive. */
  parts: DraftPart[];
  /** What the API was given for this provider alone. */
  extras: Extras;
}

/** {@link Draft} as an author may write it: what has a default may be left out. */
export interface DraftInit {
  /**
   * Names the delivery: the left part of a Message-ID, the finder of what an earlier attempt prepared. For the idempotency
   * key of one request take the `client-ref` of its first part.
   */
  delivery: ClientRef;
  /**
   * 1 for the first.
   * Left out: 1.
   */
  attempt?: number | undefined;
  /** The channel's account. */
  account: AccountId;
  /** None where the provider names no thread. */
  thread?: ThreadInit | undefined;
  /** Of a mail complete; reply-to is the host's own signed address. */
  recipients?: RecipientInit[] | undefined;
  /** Of a mail. */
  subject?: string | undefined;
  /** The message of this channel that is answered. */
  quote?: MessageId | undefined;
  /** Oldest first, the answered one last. */
  references?: UniversalId[] | undefined;
  /**
   * Why it may be sent now.
   * Left out: {"tag":"open"}.
   */
  ground?: Ground | undefined;
  /** None where no name is shown, or the channel's own. */
  author?: AuthorInit | undefined;
  /** Not written by a person: a greeting, a bot, an away message. */
  automatic?: boolean | undefined;
  /** What was kept for this message, thread and recipient. */
  contexts?: ContextsInit | undefined;
  /** In the order in which they are to arrive. */
  parts?: DraftPartInit[] | undefined;
  /** What the API was given for this provider alone. */
  extras?: Extras | undefined;
}

/** What came of some parts. */
export interface PartOutcome {
  /** The parts that share this outcome: a provider may carry several as one message. */
  parts: number[];
  /** What came of them. */
  outcome: Outcome;
}

/** {@link PartOutcome} as an author may write it: what has a default may be left out. */
export interface PartOutcomeInit {
  /** The parts that share this outcome: a provider may carry several as one message. */
  parts?: number[] | undefined;
  /** What came of them. */
  outcome: OutcomeInit;
}

/** Some of several recipients were refused. */
export interface Refused {
  /** Whom it did not go to. */
  recipient: IdentityKey;
  /** Why. */
  fault: Fault;
}

/** {@link Refused} as an author may write it: what has a default may be left out. */
export interface RefusedInit {
  /** Whom it did not go to. */
  recipient: IdentityKey;
  /** Why. */
  fault: FaultInit;
}

/** What the provider said of a message that it took. */
export interface Sent {
  /** None where the provider tells no id. May be provisional: a receipt renames it. */
  message?: MessageId | undefined;
  /** Its name that is unique in the world, where it has one: matched by echoes and answers. */
  universal?: UniversalId | undefined;
  /** The thread, where sending began or moved one. */
  thread?: Thread | undefined;
  /** As the provider understood the recipient. */
  recipient: Alias[];
  /** Recipients that were refused while others were not. */
  refused: Refused[];
  /** Replaces the answered message's. */
  context?: Context | undefined;
}

/** {@link Sent} as an author may write it: what has a default may be left out. */
export interface SentInit {
  /** None where the provider tells no id. May be provisional: a receipt renames it. */
  message?: MessageId | undefined;
  /** Its name that is unique in the world, where it has one: matched by echoes and answers. */
  universal?: UniversalId | undefined;
  /** The thread, where sending began or moved one. */
  thread?: ThreadInit | undefined;
  /** As the provider understood the recipient. */
  recipient?: AliasInit[] | undefined;
  /** Recipients that were refused while others were not. */
  refused?: RefusedInit[] | undefined;
  /** Replaces the answered message's. */
  context?: ContextInit | undefined;
}

/** What came of a part. */
export type Outcome =
  /** The provider has it. Receipts move it on, never back. */
  | { tag: 'sent'; val: Sent }
  /** Only where the provider promises to tell its fate: waits for an echo or receipt, then for a time limit. */
  | { tag: 'accepted'; val: Sent }
  /** It was not sent. The fault says what the host does next. */
  | { tag: 'failed'; val: Fault }
  /** It may have been sent. Never sent again by the host alone. */
  | { tag: 'unknown'; val: string }
  /** Nothing was tried for this part: an earlier one failed and order matters. */
  | { tag: 'not-tried' };

/** {@link Outcome} as an author may write it. */
export type OutcomeInit =
  /** The provider has it. Receipts move it on, never back. */
  | { tag: 'sent'; val: SentInit }
  /** Only where the provider promises to tell its fate: waits for an echo or receipt, then for a time limit. */
  | { tag: 'accepted'; val: SentInit }
  /** It was not sent. The fault says what the host does next. */
  | { tag: 'failed'; val: FaultInit }
  /** It may have been sent. Never sent again by the host alone. */
  | { tag: 'unknown'; val: string }
  /** Nothing was tried for this part: an earlier one failed and order matters. */
  | { tag: 'not-tried' };

/** How bad a problem is. */
export type Severity =
  /** It cannot be sent so. */
  | 'error'
  /** It can, but something is lost: formatting, a caption. */
  | 'warning';

/** Something that is wrong with a draft. Shown in the composer. */
export interface Problem {
  /** The part's `id`; none for the whole. */
  part?: number | undefined;
  /** Whether it can be sent all the same. */
  severity: Severity;
  /** A stable word for it: too-long, unknown-type, no-template … */
  code: string;
  /** For the agent: what is wrong and what to do instead. */
  words: string;
}

/** {@link Problem} as an author may write it: what has a default may be left out. */
export interface ProblemInit {
  /** The part's `id`; none for the whole. */
  part?: number | undefined;
  /** Whether it can be sent all the same. */
  severity: Severity;
  /** A stable word for it: too-long, unknown-type, no-template … */
  code: string;
  /** For the agent: what is wrong and what to do instead. */
  words: string;
}

/** What is filled in, by the field's kind. */
export type SettingValue =
  /** Of kind `text`. */
  | { tag: 'text'; val: string }
  /** Of kind `number`. */
  | { tag: 'number'; val: number }
  /** Of kind `boolean`. */
  | { tag: 'boolean'; val: boolean }
  /** Of kind `texts`, in order. */
  | { tag: 'texts'; val: string[] }
  /** A secret field: only whether it is set. */
  | { tag: 'secret'; val: boolean };

/** One field that is filled in, or has a default. */
export interface Setting {
  /** As the manifest names it. */
  key: string;
  /** What is filled in, else the manifest's default. */
  value: SettingValue;
}

/** What an action is done to. */
export interface Target {
  /** None where the provider names no thread. */
  thread?: Thread | undefined;
  /** The message, as the provider names it. For `typing`, `ended` and `take-over` the newest incoming one. */
  message?: MessageId | undefined;
  /** The same at every attempt. */
  clientRef: ClientRef;
  /** What was kept for this message, thread and recipient. */
  contexts: Contexts;
}

/** {@link Target} as an author may write it: what has a default may be left out. */
export interface TargetInit {
  /** None where the provider names no thread. */
  thread?: ThreadInit | undefined;
  /** The message, as the provider names it. For `typing`, `ended` and `take-over` the newest incoming one. */
  message?: MessageId | undefined;
  /**
   * The same at every attempt.
   * Left out: "".
   */
  clientRef?: ClientRef | undefined;
  /** What was kept for this message, thread and recipient. */
  contexts?: ContextsInit | undefined;
}

/** What fills a gap of a template. */
export type ValueKind =
  /** Text. */
  | 'text'
  /** A picture. */
  | 'image'
  /** Moving pictures. */
  | 'video'
  /** A file. */
  | 'document'
  /** What comes back when a button of the template is pressed. */
  | 'payload'
  /** An address, or the end of one, that a button opens. */
  | 'address';

/** A place of a template that has gaps: its header, its body, one of its buttons. */
export interface TemplateSection {
  /** As a `template-parameter` names it. */
  section: string;
  /** What each of its gaps takes. */
  kind: ValueKind;
  /** The gaps, in the order in which they are filled: their names, or their numbers. */
  values: string[];
  /** Filled in, where the provider shows it so. */
  example?: string | undefined;
}

/** {@link TemplateSection} as an author may write it: what has a default may be left out. */
export interface TemplateSectionInit {
  /** As a `template-parameter` names it. */
  section: string;
  /** What each of its gaps takes. */
  kind: ValueKind;
  /** The gaps, in the order in which they are filled: their names, or their numbers. */
  values?: string[] | undefined;
  /** Filled in, where the provider shows it so. */
  example?: string | undefined;
}

/** A text that the provider has on file for us. */
export interface TemplateDefinition {
  /** As the provider knows it. */
  name: string;
  /** BCP 47, or the provider's own code where that differs. */
  language: string;
  /** The provider's word for what it may be used for. */
  category: string;
  /** Whether it may be sent. */
  state: TemplateState;
  /** Its text, with its gaps as the provider writes them. */
  body: RichText;
  /** What must be filled in. Empty: nothing. */
  sections: TemplateSection[];
}

/** {@link TemplateDefinition} as an author may write it: what has a default may be left out. */
export interface TemplateDefinitionInit {
  /** As the provider knows it. */
  name: string;
  /** BCP 47, or the provider's own code where that differs. */
  language: string;
  /** The provider's word for what it may be used for. */
  category: string;
  /** Whether it may be sent. */
  state: TemplateState;
  /** Its text, with its gaps as the provider writes them. */
  body?: RichTextInit | undefined;
  /** What must be filled in. Empty: nothing. */
  sections?: TemplateSectionInit[] | undefined;
}

/** Whom an address leads to. */
export interface Resolved {
  /** As whom. */
  identity: Identity;
  /** A thread that exists or can be begun. */
  thread?: Thread | undefined;
}

/** {@link Resolved} as an author may write it: what has a default may be left out. */
export interface ResolvedInit {
  /** As whom. */
  identity: IdentityInit;
  /** A thread that exists or can be begun. */
  thread?: ThreadInit | undefined;
}

/** One thing that is wrong with the settings. Shown beside its field. */
export interface FieldProblem {
  /** The setting's key; none for the whole. */
  key?: string | undefined;
  /** What is wrong and what to fill in instead, for the admin. */
  words: string;
}

/** {@link FieldProblem} as an author may write it: what has a default may be left out. */
export interface FieldProblemInit {
  /** The setting's key; none for the whole. */
  key?: string | undefined;
  /** What is wrong and what to fill in instead, for the admin. */
  words: string;
}

/** A secret that is bound, by everything but its value. */
export interface Credential {
  /** As the manifest names it. */
  name: string;
  /** Since when this value is there. */
  since: Timestamp;
  /** When the provider lets it expire, where that is known. */
  expires?: Timestamp | undefined;
  /** Changes with every renewal. */
  generation: number;
}

/** {@link Credential} as an author may write it: what has a default may be left out. */
export interface CredentialInit {
  /** As the manifest names it. */
  name: string;
  /** Since when this value is there. */
  since: TimestampInit;
  /** When the provider lets it expire, where that is known. */
  expires?: TimestampInit | undefined;
  /** Changes with every renewal. */
  generation: number | bigint;
}

/** How grave a line is. */
export type Level =
  /** For whoever writes the plugin. */
  | 'debug'
  /** Something happened as it should. */
  | 'info'
  /** An admin should look at it. */
  | 'warn'
  /** Something was lost. */
  | 'error';

/** Why nothing was written. */
export type StateError =
  /** The value, or the key, is longer than the host keeps: 64 KiB, or 512 bytes. */
  | { tag: 'too-large' }
  /** What this channel keeps altogether would be too much. */
  | { tag: 'full' }
  /** This kind of call may not write. */
  | { tag: 'read-only' };

/** Why a file was not taken, or not given. */
export type MediaError =
  /** The manifest declares no media, or this kind of call may not store. */
  | { tag: 'not-permitted' }
  /** No file of this channel has this name. */
  | { tag: 'not-found' }
  /** The file has more bytes than are kept of one: so many. */
  | { tag: 'too-large'; val: number }
  /** The bytes are of this kind, which the manifest does not name. */
  | { tag: 'type-refused'; val: string }
  /** The channel keeps as much as it may, or the call made or moved as much as one may. */
  | { tag: 'full' }
  /** The host could not read or write it now. */
  | { tag: 'broken'; val: string };

/** {@link MediaError} as an author may write it. */
export type MediaErrorInit =
  /** The manifest declares no media, or this kind of call may not store. */
  | { tag: 'not-permitted' }
  /** No file of this channel has this name. */
  | { tag: 'not-found' }
  /** The file has more bytes than are kept of one: so many. */
  | { tag: 'too-large'; val: number | bigint }
  /** The bytes are of this kind, which the manifest does not name. */
  | { tag: 'type-refused'; val: string }
  /** The channel keeps as much as it may, or the call made or moved as much as one may. */
  | { tag: 'full' }
  /** The host could not read or write it now. */
  | { tag: 'broken'; val: string };

/** What is known of a file. */
export interface Description {
  /** In bytes. */
  size: number;
  /** What the bytes are, as the host found; never what somebody said. */
  contentType: string;
  /** Without folders. */
  fileName?: string | undefined;
  /** Of the bytes. */
  sha256: Uint8Array;
}

/** {@link Description} as an author may write it: what has a default may be left out. */
export interface DescriptionInit {
  /** In bytes. */
  size: number | bigint;
  /** What the bytes are, as the host found; never what somebody said. */
  contentType: string;
  /** Without folders. */
  fileName?: string | undefined;
  /** Of the bytes. */
  sha256?: Uint8Array | string | undefined;
}

/** A `extra` of the contract, with its defaults. A name and a value that the contract has no field for yet. The value is JSON text. Kept, shown as details, never acted on. */
export const extra = (init: Extra): Extra => complete('extra', init) as Extra;

/** A `pair` of the contract, with its defaults. A pair as HTTP knows it: a header, a query parameter, a form field. Order and repetition are kept. */
export const pair = (init: Pair): Pair => complete('pair', init) as Pair;

/** A `context` of the contract, with its defaults. Something opaque that the plugin wants back when the host next speaks about this message, thread or identity (a LINE reply token, a Telegram business connection). Kept per thing, the newest wins, an empty value clears; at most 4 KiB. */
export const context = (init: ContextInit): Context => complete('context', init) as Context;

/** A `contexts` of the contract, with its defaults. What was kept and has not expired. `message` is the message answered: the quoted one, else the newest incoming. */
export const contexts = (init: ContextsInit): Contexts => complete('contexts', init) as Contexts;

/** The cases of `assurance`. Who vouches that the sender is who the key says. */
export const assurance = {
  /** Nobody: a form field, an unsigned attribute. */
  unverified: (): Extract<Assurance, { tag: 'unverified' }> => ({ tag: 'unverified' }),
  /** The provider signed the person in. */
  provider: (): Extract<Assurance, { tag: 'provider' }> => ({ tag: 'provider' }),
  /** The site's own signed statement (an identity token of a widget). */
  site: (): Extract<Assurance, { tag: 'site' }> => ({ tag: 'site' }),
  /** Mail whose DMARC result passed; the text is the result as received. */
  mailAuthenticated: (val: string): Extract<Assurance, { tag: 'mail-authenticated' }> =>
    complete('assurance', { tag: 'mail-authenticated', val }) as Extract<Assurance, { tag: 'mail-authenticated' }>,
  /** Mail whose DMARC result failed; the text is the result as received. */
  mailFailed: (val: string): Extract<Assurance, { tag: 'mail-failed' }> =>
    complete('assurance', { tag: 'mail-failed', val }) as Extract<Assurance, { tag: 'mail-failed' }>,
};

/** A `alias` of the contract, with its defaults. Another name of the same person: an old number, a portfolio-wide id, an address. An unverified one merges nobody, but is kept, for channels that can begin a conversation with it. */
export const alias = (init: AliasInit): Alias => complete('alias', init) as Alias;

/** A `identity` of the contract, with its defaults. A person on one channel. What is none here leaves what the host knows as it is. */
export const identity = (init: IdentityInit): Identity => complete('identity', init) as Identity;

/** A `thread` of the contract, with its defaults. What the provider hangs messages on. What is none here leaves what the host knows as it is. */
export const thread = (init: ThreadInit): Thread => complete('thread', init) as Thread;

/** The cases of `media-source`. Where the bytes of a medium are. */
export const mediaSource = {
  /** Already with the host: created in this call, or taken off a multipart body. */
  stored: (val: MediaHandle): Extract<MediaSource, { tag: 'stored' }> =>
    complete('media-source', { tag: 'stored', val }) as Extract<MediaSource, { tag: 'stored' }>,
  /** To be fetched later by the plugin's `media-fetcher`; the text is the plugin's own. */
  deferred: (val: string): Extract<MediaSource, { tag: 'deferred' }> =>
    complete('media-source', { tag: 'deferred', val }) as Extract<MediaSource, { tag: 'deferred' }>,
  /** To be fetched by the host: a GET without credential, from a granted host, or from any public one where the manifest says so. */
  address: (val: string): Extract<MediaSource, { tag: 'address' }> =>
    complete('media-source', { tag: 'address', val }) as Extract<MediaSource, { tag: 'address' }>,
  /** A copy is not to be had, for this reason. */
  missing: (val: string): Extract<MediaSource, { tag: 'missing' }> =>
    complete('media-source', { tag: 'missing', val }) as Extract<MediaSource, { tag: 'missing' }>,
};

/** A `media` of the contract, with its defaults. A file, a picture, a sound. */
export const media = (init: MediaInit): Media => complete('media', init) as Media;

/** A `rich-text` of the contract, with its defaults. Text, with HTML where there is some. The host sanitises HTML before anyone sees it, derives an empty `plain` from it, and fills the names of mentions (`data-identity`). */
export const richText = (init: RichTextInit): RichText => complete('rich-text', init) as RichText;

/** A `location` of the contract, with its defaults. A place on earth. */
export const location = (init: LocationInit): Location => complete('location', init) as Location;

/** A `contact-card` of the contract, with its defaults. A person's details, passed on as a card. Makes no contact. */
export const contactCard = (init: ContactCardInit): ContactCard => complete('contact-card', init) as ContactCard;

/** The cases of `choice-action`. What pressing a choice does. */
export const choiceAction = {
  /** The payload comes back in `choice`. */
  reply: (): Extract<ChoiceAction, { tag: 'reply' }> => ({ tag: 'reply' }),
  /** Opens this address. */
  open: (val: string): Extract<ChoiceAction, { tag: 'open' }> =>
    complete('choice-action', { tag: 'open', val }) as Extract<ChoiceAction, { tag: 'open' }>,
  /** Asks the contact to share a place; it comes back as `location`. */
  askLocation: (): Extract<ChoiceAction, { tag: 'ask-location' }> => ({ tag: 'ask-location' }),
  /** Asks the contact to share a card; it comes back as `contact-card`. */
  askContact: (): Extract<ChoiceAction, { tag: 'ask-contact' }> => ({ tag: 'ask-contact' }),
  /** A form of the provider's, by its name there. */
  form: (val: string): Extract<ChoiceAction, { tag: 'form' }> =>
    complete('choice-action', { tag: 'form', val }) as Extract<ChoiceAction, { tag: 'form' }>,
};

/** A `choice-option` of the contract, with its defaults. One of several choices. */
export const choiceOption = (init: ChoiceOptionInit): ChoiceOption => complete('choice-option', init) as ChoiceOption;

/** A `choices` of the contract, with its defaults. A question with choices to press. */
export const choices = (init: ChoicesInit): Choices => complete('choices', init) as Choices;

/** A `choice` of the contract, with its defaults. What the contact pressed or chose. Stands alone, with no text beside it; several chosen are several parts. */
export const choice = (init: ChoiceInit): Choice => complete('choice', init) as Choice;

/** A `template` of the contract, with its defaults. A text that the provider approved, filled in. */
export const template = (init: TemplateInit): Template => complete('template', init) as Template;

/** The cases of `template-value`. What fills one gap. */
export const templateValue = {
  /** Text. */
  text: (val: string): Extract<TemplateValue, { tag: 'text' }> =>
    complete('template-value', { tag: 'text', val }) as Extract<TemplateValue, { tag: 'text' }>,
  /** A file. */
  media: (val: MediaSource): Extract<TemplateValue, { tag: 'media' }> =>
    complete('template-value', { tag: 'media', val }) as Extract<TemplateValue, { tag: 'media' }>,
  /** What comes back when a button of the template is pressed. */
  payload: (val: string): Extract<TemplateValue, { tag: 'payload' }> =>
    complete('template-value', { tag: 'payload', val }) as Extract<TemplateValue, { tag: 'payload' }>,
};

/** A `template-parameter` of the contract, with its defaults. One gap of a template. */
export const templateParameter = (init: TemplateParameterInit): TemplateParameter => complete('template-parameter', init) as TemplateParameter;

/** A `field` of the contract, with its defaults. An answer in a form. Hidden ones are kept with the contact and not shown in the conversation. Names that begin with `ticket.`, `contact.` or `feedback.` fill those. */
export const field = (init: FieldInit): Field => complete('field', init) as Field;

/** The cases of `field-value`. One answer. */
export const fieldValue = {
  /** Free text. */
  text: (val: string): Extract<FieldValue, { tag: 'text' }> =>
    complete('field-value', { tag: 'text', val }) as Extract<FieldValue, { tag: 'text' }>,
  /** What was chosen: one or several. */
  choice: (val: string[]): Extract<FieldValue, { tag: 'choice' }> =>
    complete('field-value', { tag: 'choice', val }) as Extract<FieldValue, { tag: 'choice' }>,
  /** A number. */
  number: (val: number): Extract<FieldValue, { tag: 'number' }> =>
    complete('field-value', { tag: 'number', val }) as Extract<FieldValue, { tag: 'number' }>,
  /** Yes or no. */
  boolean: (val: boolean): Extract<FieldValue, { tag: 'boolean' }> =>
    complete('field-value', { tag: 'boolean', val }) as Extract<FieldValue, { tag: 'boolean' }>,
  /** A file that was attached. */
  file: (val: MediaSource): Extract<FieldValue, { tag: 'file' }> =>
    complete('field-value', { tag: 'file', val }) as Extract<FieldValue, { tag: 'file' }>,
};

/** A `link-preview` of the contract, with its defaults. A link with what the provider shows of it. */
export const linkPreview = (init: LinkPreviewInit): LinkPreview => complete('link-preview', init) as LinkPreview;

/** A `order-line` of the contract, with its defaults. Goods the contact ordered or asks about. */
export const orderLine = (init: OrderLineInit): OrderLine => complete('order-line', init) as OrderLine;

/** A `native` of the contract, with its defaults. A kind this contract has no name for (cards, time pickers). Incoming it is shown by `fallback`, with the raw text one click away; outgoing it is passed on from the API where the manifest declares the kind. */
export const native = (init: NativeInit): Native => complete('native', init) as Native;

/** The cases of `content`. What one part says. */
export const content = {
  /** Text. */
  text: (val: RichTextInit): Extract<Content, { tag: 'text' }> =>
    complete('content', { tag: 'text', val }) as Extract<Content, { tag: 'text' }>,
  /** A file, a picture, a sound. */
  media: (val: MediaInit): Extract<Content, { tag: 'media' }> =>
    complete('content', { tag: 'media', val }) as Extract<Content, { tag: 'media' }>,
  /** A place. */
  location: (val: LocationInit): Extract<Content, { tag: 'location' }> =>
    complete('content', { tag: 'location', val }) as Extract<Content, { tag: 'location' }>,
  /** Somebody's details. */
  contactCard: (val: ContactCardInit): Extract<Content, { tag: 'contact-card' }> =>
    complete('content', { tag: 'contact-card', val }) as Extract<Content, { tag: 'contact-card' }>,
  /** A question with choices. */
  choices: (val: ChoicesInit): Extract<Content, { tag: 'choices' }> =>
    complete('content', { tag: 'choices', val }) as Extract<Content, { tag: 'choices' }>,
  /** What was pressed. */
  choice: (val: ChoiceInit): Extract<Content, { tag: 'choice' }> =>
    complete('content', { tag: 'choice', val }) as Extract<Content, { tag: 'choice' }>,
  /** An approved text. */
  template: (val: TemplateInit): Extract<Content, { tag: 'template' }> =>
    complete('content', { tag: 'template', val }) as Extract<Content, { tag: 'template' }>,
  /** A form, filled in. */
  fields: (val: FieldInit[]): Extract<Content, { tag: 'fields' }> =>
    complete('content', { tag: 'fields', val }) as Extract<Content, { tag: 'fields' }>,
  /** A link, shown. */
  linkPreview: (val: LinkPreviewInit): Extract<Content, { tag: 'link-preview' }> =>
    complete('content', { tag: 'link-preview', val }) as Extract<Content, { tag: 'link-preview' }>,
  /** Goods. */
  order: (val: OrderLineInit[]): Extract<Content, { tag: 'order' }> =>
    complete('content', { tag: 'order', val }) as Extract<Content, { tag: 'order' }>,
  /** What the contract has no name for. */
  native: (val: NativeInit): Extract<Content, { tag: 'native' }> =>
    complete('content', { tag: 'native', val }) as Extract<Content, { tag: 'native' }>,
};

/** A `part` of the contract, with its defaults. Outgoing, a part is at most one message of the provider's: the host splits by the manifest's limits. */
export const part = (init: PartInit): Part => complete('part', init) as Part;

/** A `recipient` of the contract, with its defaults. Somebody whom a message is for. */
export const recipient = (init: RecipientInit): Recipient => complete('recipient', init) as Recipient;

/** A `binding` of the contract, with its defaults. A secret that is given the name of a credential. */
export const binding = (init: BindingInit): Binding => complete('binding', init) as Binding;

/** A `passing` of the contract, with its defaults. Something that will pass by itself. */
export const passing = (init: PassingInit): Passing => complete('passing', init) as Passing;

/** A `rate-limited` of the contract, with its defaults. Too much of something. */
export const rateLimited = (init: RateLimitedInit): RateLimited => complete('rate-limited', init) as RateLimited;

/** A `window-closed` of the contract, with its defaults. Free text may not be sent any more. */
export const windowClosed = (init: WindowClosedInit): WindowClosed => complete('window-closed', init) as WindowClosed;

/** A `rejected` of the contract, with its defaults. Refused for good. */
export const rejected = (init: RejectedInit): Rejected => complete('rejected', init) as Rejected;

/** The cases of `fault`. What a provider answered instead of doing it. Each name says what the host does next. */
export const fault = {
  /** Tried again with back-off. */
  passing: (val: PassingInit): Extract<Fault, { tag: 'passing' }> =>
    complete('fault', { tag: 'passing', val }) as Extract<Fault, { tag: 'passing' }>,
  /** That bucket alone pauses. */
  rateLimited: (val: RateLimitedInit): Extract<Fault, { tag: 'rate-limited' }> =>
    complete('fault', { tag: 'rate-limited', val }) as Extract<Fault, { tag: 'rate-limited' }>,
  /** One refresh and one more try; then the channel asks to be reconnected. */
  signInExpired: (): Extract<Fault, { tag: 'sign-in-expired' }> => ({ tag: 'sign-in-expired' }),
  /** The channel asks for consent to these scopes again. */
  permissionMissing: (val: string[]): Extract<Fault, { tag: 'permission-missing' }> =>
    complete('fault', { tag: 'permission-missing', val }) as Extract<Fault, { tag: 'permission-missing' }>,
  /** The whole channel pauses and the admin is told. */
  channelBlocked: (val: PassingInit): Extract<Fault, { tag: 'channel-blocked' }> =>
    complete('fault', { tag: 'channel-blocked', val }) as Extract<Fault, { tag: 'channel-blocked' }>,
  /** The agent is offered what is allowed. */
  windowClosed: (val: WindowClosedInit): Extract<Fault, { tag: 'window-closed' }> =>
    complete('fault', { tag: 'window-closed', val }) as Extract<Fault, { tag: 'window-closed' }>,
  /** The address is dead or blocks us: the identity (in groups the thread) is marked; the agent is told. */
  recipientUnreachable: (val: string): Extract<Fault, { tag: 'recipient-unreachable' }> =>
    complete('fault', { tag: 'recipient-unreachable', val }) as Extract<Fault, { tag: 'recipient-unreachable' }>,
  /** Opted out of this topic: the identity is marked; the agent is told. */
  optedOut: (val: string): Extract<Fault, { tag: 'opted-out' }> =>
    complete('fault', { tag: 'opted-out', val }) as Extract<Fault, { tag: 'opted-out' }>,
  /** A person's new key: the identity is re-keyed and the message tried again, once. */
  recipientMoved: (val: AliasInit): Extract<Fault, { tag: 'recipient-moved' }> =>
    complete('fault', { tag: 'recipient-moved', val }) as Extract<Fault, { tag: 'recipient-moved' }>,
  /** Another app holds the thread: the agent is offered to take it over. */
  heldElsewhere: (val: string): Extract<Fault, { tag: 'held-elsewhere' }> =>
    complete('fault', { tag: 'held-elsewhere', val }) as Extract<Fault, { tag: 'held-elsewhere' }>,
  /** Should have been caught by capabilities; the agent is told. */
  unsupported: (val: string): Extract<Fault, { tag: 'unsupported' }> =>
    complete('fault', { tag: 'unsupported', val }) as Extract<Fault, { tag: 'unsupported' }>,
  /** With the limit, where it is told. */
  tooLarge: (val: number | bigint | undefined): Extract<Fault, { tag: 'too-large' }> =>
    complete('fault', { tag: 'too-large', val }) as Extract<Fault, { tag: 'too-large' }>,
  /** What was asked for is not there any more. Not tried again. */
  gone: (val: string): Extract<Fault, { tag: 'gone' }> =>
    complete('fault', { tag: 'gone', val }) as Extract<Fault, { tag: 'gone' }>,
  /** What the provider answered cannot be read. Kept as a dead letter with the answer. */
  malformed: (val: string): Extract<Fault, { tag: 'malformed' }> =>
    complete('fault', { tag: 'malformed', val }) as Extract<Fault, { tag: 'malformed' }>,
  /** Final, shown to the agent or admin. */
  rejected: (val: RejectedInit): Extract<Fault, { tag: 'rejected' }> =>
    complete('fault', { tag: 'rejected', val }) as Extract<Fault, { tag: 'rejected' }>,
};

/** A `verification` of the contract, with its defaults. How the host verified a request before the plugin saw it. */
export const verification = (init: VerificationInit): Verification => complete('verification', init) as Verification;

/** A `form-file` of the contract, with its defaults. A file of a multipart body, taken off by the host. A text field of more than 64 KiB comes so too. */
export const formFile = (init: FormFileInit): FormFile => complete('form-file', init) as FormFile;

/** A `request` of the contract, with its defaults. One request as it came to a hook. Verified, unless the route's recipe is none. */
export const request = (init: RequestInit): Request => complete('request', init) as Request;

/** A `response` of the contract, with its defaults. What the provider is answered, once all is committed. */
export const response = (init: ResponseInit): Response => complete('response', init) as Response;

/** A `reception` of the contract, with its defaults. What a request gave. */
export const reception = (init: ReceptionInit): Reception => complete('reception', init) as Reception;

/** The cases of `refusal`. Why a request or mail gave nothing. Each name says what the host does next. */
export const refusal = {
  /**
   * Nothing in it can be read: acknowledged, kept as a dead letter. One bad item among good ones is a
   * `native` event instead.
   */
  malformed: (val: string): Extract<Refusal, { tag: 'malformed' }> =>
    complete('refusal', { tag: 'malformed', val }) as Extract<Refusal, { tag: 'malformed' }>,
  /** It is not from whom it claims. 401; only counted. */
  unauthentic: (val: string): Extract<Refusal, { tag: 'unauthentic' }> =>
    complete('refusal', { tag: 'unauthentic', val }) as Extract<Refusal, { tag: 'unauthentic' }>,
  /** It cannot be handled now. 503, or run again by the host where the provider was answered already. */
  passing: (val: PassingInit): Extract<Refusal, { tag: 'passing' }> =>
    complete('refusal', { tag: 'passing', val }) as Extract<Refusal, { tag: 'passing' }>,
};

/** A `event` of the contract, with its defaults. One thing that happened at the provider. */
export const event = (init: EventInit): Event => complete('event', init) as Event;

/** The cases of `event-body`. What happened. */
export const eventBody = {
  /** Somebody said something. */
  message: (val: MessageInit): Extract<EventBody, { tag: 'message' }> =>
    complete('event-body', { tag: 'message', val }) as Extract<EventBody, { tag: 'message' }>,
  /** A message says something else now. */
  edited: (val: EditInit): Extract<EventBody, { tag: 'edited' }> =>
    complete('event-body', { tag: 'edited', val }) as Extract<EventBody, { tag: 'edited' }>,
  /** Messages are gone. */
  deleted: (val: DeletionInit): Extract<EventBody, { tag: 'deleted' }> =>
    complete('event-body', { tag: 'deleted', val }) as Extract<EventBody, { tag: 'deleted' }>,
  /** An emoji on a message, or its taking back. */
  reaction: (val: ReactionInit): Extract<EventBody, { tag: 'reaction' }> =>
    complete('event-body', { tag: 'reaction', val }) as Extract<EventBody, { tag: 'reaction' }>,
  /** What became of a message of ours. Moves its status on, never back. */
  receipt: (val: ReceiptInit): Extract<EventBody, { tag: 'receipt' }> =>
    complete('event-body', { tag: 'receipt', val }) as Extract<EventBody, { tag: 'receipt' }>,
  /** The actor began (true) or ceased (false) to type. Shown live, not kept. */
  typing: (val: boolean): Extract<EventBody, { tag: 'typing' }> =>
    complete('event-body', { tag: 'typing', val }) as Extract<EventBody, { tag: 'typing' }>,
  /** The actor's profile is known or changed. */
  profile: (): Extract<EventBody, { tag: 'profile' }> => ({ tag: 'profile' }),
  /** The person has another key now. */
  identityChanged: (val: IdentityChangeInit): Extract<EventBody, { tag: 'identity-changed' }> =>
    complete('event-body', { tag: 'identity-changed', val }) as Extract<EventBody, { tag: 'identity-changed' }>,
  /** The event's thread is the old one. */
  threadMoved: (val: ThreadKey): Extract<EventBody, { tag: 'thread-moved' }> =>
    complete('event-body', { tag: 'thread-moved', val }) as Extract<EventBody, { tag: 'thread-moved' }>,
  /** Who takes part in a group changed. */
  membership: (val: MembershipInit): Extract<EventBody, { tag: 'membership' }> =>
    complete('event-body', { tag: 'membership', val }) as Extract<EventBody, { tag: 'membership' }>,
  /** The contact agreed to something, or no longer does. */
  consent: (val: ConsentInit): Extract<EventBody, { tag: 'consent' }> =>
    complete('event-body', { tag: 'consent', val }) as Extract<EventBody, { tag: 'consent' }>,
  /** The contact can, or can no longer, be written to (blocked, unfollowed, left). */
  reachable: (val: boolean): Extract<EventBody, { tag: 'reachable' }> =>
    complete('event-body', { tag: 'reachable', val }) as Extract<EventBody, { tag: 'reachable' }>,
  /** The contact came back by a link or advert without a message. Opens the window where the manifest says so. */
  referral: (val: AttributionInit): Extract<EventBody, { tag: 'referral' }> =>
    complete('event-body', { tag: 'referral', val }) as Extract<EventBody, { tag: 'referral' }>,
  /** Something about a telephone call. */
  call: (val: CallInit): Extract<EventBody, { tag: 'call' }> =>
    complete('event-body', { tag: 'call', val }) as Extract<EventBody, { tag: 'call' }>,
  /** The conversation ended at the contact's side, or began again. */
  ended: (val: boolean): Extract<EventBody, { tag: 'ended' }> =>
    complete('event-body', { tag: 'ended', val }) as Extract<EventBody, { tag: 'ended' }>,
  /** How the account stands at the provider. Moves the channel's health. */
  account: (val: AccountState): Extract<EventBody, { tag: 'account' }> =>
    complete('event-body', { tag: 'account', val }) as Extract<EventBody, { tag: 'account' }>,
  /** How a template stands at the provider. */
  templateStatus: (val: TemplateStatusInit): Extract<EventBody, { tag: 'template-status' }> =>
    complete('event-body', { tag: 'template-status', val }) as Extract<EventBody, { tag: 'template-status' }>,
  /** A person wants to be forgotten. */
  eraseRequested: (val: EraseRequestInit): Extract<EventBody, { tag: 'erase-requested' }> =>
    complete('event-body', { tag: 'erase-requested', val }) as Extract<EventBody, { tag: 'erase-requested' }>,
  /** A mail that a poll or follow-up fetched: `receive-mail` is run on it, alone. */
  mail: (val: MailInit): Extract<EventBody, { tag: 'mail' }> =>
    complete('event-body', { tag: 'mail', val }) as Extract<EventBody, { tag: 'mail' }>,
  /** Something changed: run `poll`. During a poll it causes another. */
  pollNow: (): Extract<EventBody, { tag: 'poll-now' }> => ({ tag: 'poll-now' }),
  /** Run `follow-up` with this text in the background, after this event is stored. */
  followUp: (val: string): Extract<EventBody, { tag: 'follow-up' }> =>
    complete('event-body', { tag: 'follow-up', val }) as Extract<EventBody, { tag: 'follow-up' }>,
  /** Run `keep` now. */
  renewNow: (): Extract<EventBody, { tag: 'renew-now' }> => ({ tag: 'renew-now' }),
  /** Another app took or gave the thread: whether we may write. */
  writable: (val: boolean): Extract<EventBody, { tag: 'writable' }> =>
    complete('event-body', { tag: 'writable', val }) as Extract<EventBody, { tag: 'writable' }>,
  /** Understood, and of no interest; the reason. */
  ignored: (val: string): Extract<EventBody, { tag: 'ignored' }> =>
    complete('event-body', { tag: 'ignored', val }) as Extract<EventBody, { tag: 'ignored' }>,
  /** What the contract has no name for. Kept, shown to the admin, acted on by nobody. */
  native: (val: NativeInit): Extract<EventBody, { tag: 'native' }> =>
    complete('event-body', { tag: 'native', val }) as Extract<EventBody, { tag: 'native' }>,
};

/** A `quote` of the contract, with its defaults. The message that is answered. */
export const quote = (init: QuoteInit): Quote => complete('quote', init) as Quote;

/** A `attribution` of the contract, with its defaults. How the contact got here. */
export const attribution = (init: AttributionInit): Attribution => complete('attribution', init) as Attribution;

/** A `message` of the contract, with its defaults. Something said. One that is known already, by id, is the same message. */
export const message = (init: MessageInit): Message => complete('message', init) as Message;

/** A `edit` of the contract, with its defaults. A message says something else now. One for a message that is not known yet waits for it. */
export const edit = (init: EditInit): Edit => complete('edit', init) as Edit;

/** A `deletion` of the contract, with its defaults. Messages that are gone. Those that are not known yet are gone when they come. */
export const deletion = (init: DeletionInit): Deletion => complete('deletion', init) as Deletion;

/** The cases of `reaction-change`. How the actor's reactions on a message changed. */
export const reactionChange = {
  /** An emoji, or the provider's name between colons. */
  added: (val: string): Extract<ReactionChange, { tag: 'added' }> =>
    complete('reaction-change', { tag: 'added', val }) as Extract<ReactionChange, { tag: 'added' }>,
  /** None: all of the actor's. */
  removed: (val: string | undefined): Extract<ReactionChange, { tag: 'removed' }> =>
    complete('reaction-change', { tag: 'removed', val }) as Extract<ReactionChange, { tag: 'removed' }>,
  /** All that the actor has now. */
  now: (val: string[]): Extract<ReactionChange, { tag: 'now' }> =>
    complete('reaction-change', { tag: 'now', val }) as Extract<ReactionChange, { tag: 'now' }>,
};

/** A `reaction` of the contract, with its defaults. A reaction on a message. One for a message that is not known yet waits for it. */
export const reaction = (init: ReactionInit): Reaction => complete('reaction', init) as Reaction;

/** The cases of `receipt-target`. Which messages a receipt is about. */
export const receiptTarget = {
  /** The one that the provider names so. */
  message: (val: MessageId): Extract<ReceiptTarget, { tag: 'message' }> =>
    complete('receipt-target', { tag: 'message', val }) as Extract<ReceiptTarget, { tag: 'message' }>,
  /** The one that the world names so. */
  universal: (val: UniversalId): Extract<ReceiptTarget, { tag: 'universal' }> =>
    complete('receipt-target', { tag: 'universal', val }) as Extract<ReceiptTarget, { tag: 'universal' }>,
  /** The delivery or part that we named so. */
  clientRef: (val: ClientRef): Extract<ReceiptTarget, { tag: 'client-ref' }> =>
    complete('receipt-target', { tag: 'client-ref', val }) as Extract<ReceiptTarget, { tag: 'client-ref' }>,
  /** Our messages of the thread up to and with this moment, by the echo's `at` or else the answer's. */
  upTo: (val: TimestampInit): Extract<ReceiptTarget, { tag: 'up-to' }> =>
    complete('receipt-target', { tag: 'up-to', val }) as Extract<ReceiptTarget, { tag: 'up-to' }>,
  /** Our messages of the thread up to and with this one. */
  upToMessage: (val: MessageId): Extract<ReceiptTarget, { tag: 'up-to-message' }> =>
    complete('receipt-target', { tag: 'up-to-message', val }) as Extract<ReceiptTarget, { tag: 'up-to-message' }>,
};

/** A `receipt` of the contract, with its defaults. What became of messages of ours. */
export const receipt = (init: ReceiptInit): Receipt => complete('receipt', init) as Receipt;

/** A `identity-change` of the contract, with its defaults. A person has other names now. */
export const identityChange = (init: IdentityChangeInit): IdentityChange => complete('identity-change', init) as IdentityChange;

/** A `membership` of the contract, with its defaults. Makes no contacts. */
export const membership = (init: MembershipInit): Membership => complete('membership', init) as Membership;

/** A `consent` of the contract, with its defaults. What the contact agreed to. The latest of a topic holds. */
export const consent = (init: ConsentInit): Consent => complete('consent', init) as Consent;

/** A `recording` of the contract, with its defaults. What was recorded of a call. */
export const recording = (init: RecordingInit): Recording => complete('recording', init) as Recording;

/** A `call` of the contract, with its defaults. What is told about a call; what an event leaves out stays as it was. */
export const call = (init: CallInit): Call => complete('call', init) as Call;

/** The cases of `account-state`. How an account stands at its provider. */
export const accountState = {
  /** Only makes the host probe. */
  healthy: (): Extract<AccountState, { tag: 'healthy' }> => ({ tag: 'healthy' }),
  /** The account must be connected again. */
  reconnect: (val: string): Extract<AccountState, { tag: 'reconnect' }> =>
    complete('account-state', { tag: 'reconnect', val }) as Extract<AccountState, { tag: 'reconnect' }>,
  /** Scopes that are missing. */
  permissionMissing: (val: string[]): Extract<AccountState, { tag: 'permission-missing' }> =>
    complete('account-state', { tag: 'permission-missing', val }) as Extract<AccountState, { tag: 'permission-missing' }>,
  /** The provider stopped the account. */
  suspended: (val: string): Extract<AccountState, { tag: 'suspended' }> =>
    complete('account-state', { tag: 'suspended', val }) as Extract<AccountState, { tag: 'suspended' }>,
  /** It works, but less (quality, limits), or an admin should know something. */
  degraded: (val: string): Extract<AccountState, { tag: 'degraded' }> =>
    complete('account-state', { tag: 'degraded', val }) as Extract<AccountState, { tag: 'degraded' }>,
};

/** A `template-status` of the contract, with its defaults. How a template stands at the provider. */
export const templateStatus = (init: TemplateStatusInit): TemplateStatus => complete('template-status', init) as TemplateStatus;

/** A `erase-request` of the contract, with its defaults. The person asked the provider to erase them. The event may name no account. */
export const eraseRequest = (init: EraseRequestInit): EraseRequest => complete('erase-request', init) as EraseRequest;

/** A `mail` of the contract, with its defaults. A mail as it was taken in. Parsed in the guest from the stream; what it stores on the way and no committed event names is dropped. */
export const mail = (init: MailInit): Mail => complete('mail', init) as Mail;

/** A `page` of the contract, with its defaults. What a poll or an import found. Oldest first within a page; an import's pages may go backwards. */
export const page = (init: PageInit): Page => complete('page', init) as Page;

/** The cases of `ground`. Why the message may be sent now. */
export const ground = {
  /** The channel has no window, or it is open. */
  open: (): Extract<Ground, { tag: 'open' }> => ({ tag: 'open' }),
  /** A person answers after the window, under this tag. */
  tag: (val: string): Extract<Ground, { tag: 'tag' }> =>
    complete('ground', { tag: 'tag', val }) as Extract<Ground, { tag: 'tag' }>,
  /** An approved template. */
  template: (): Extract<Ground, { tag: 'template' }> => ({ tag: 'template' }),
  /** A conversation that we begin. */
  initiated: (): Extract<Ground, { tag: 'initiated' }> => ({ tag: 'initiated' }),
};

/** A `author` of the contract, with its defaults. Whose name the message is sent under, where the channel shows one; final. */
export const author = (init: AuthorInit): Author => complete('author', init) as Author;

/** A `draft-part` of the contract, with its defaults. A part as it is to be sent. */
export const draftPart = (init: DraftPartInit): DraftPart => complete('draft-part', init) as DraftPart;

/** A `draft` of the contract, with its defaults. A message to send. The host hands in only what capabilities and window permit; Re:, signature, quoted history and name tokens are in it already; the sender's address is the channel's setting. */
export const draft = (init: DraftInit): Draft => complete('draft', init) as Draft;

/** A `part-outcome` of the contract, with its defaults. What came of some parts. */
export const partOutcome = (init: PartOutcomeInit): PartOutcome => complete('part-outcome', init) as PartOutcome;

/** A `refused` of the contract, with its defaults. Some of several recipients were refused. */
export const refused = (init: RefusedInit): Refused => complete('refused', init) as Refused;

/** A `sent` of the contract, with its defaults. What the provider said of a message that it took. */
export const sent = (init: SentInit): Sent => complete('sent', init) as Sent;

/** The cases of `outcome`. What came of a part. */
export const outcome = {
  /** The provider has it. Receipts move it on, never back. */
  sent: (val: SentInit): Extract<Outcome, { tag: 'sent' }> =>
    complete('outcome', { tag: 'sent', val }) as Extract<Outcome, { tag: 'sent' }>,
  /** Only where the provider promises to tell its fate: waits for an echo or receipt, then for a time limit. */
  accepted: (val: SentInit): Extract<Outcome, { tag: 'accepted' }> =>
    complete('outcome', { tag: 'accepted', val }) as Extract<Outcome, { tag: 'accepted' }>,
  /** It was not sent. The fault says what the host does next. */
  failed: (val: FaultInit): Extract<Outcome, { tag: 'failed' }> =>
    complete('outcome', { tag: 'failed', val }) as Extract<Outcome, { tag: 'failed' }>,
  /** It may have been sent. Never sent again by the host alone. */
  unknown: (val: string): Extract<Outcome, { tag: 'unknown' }> =>
    complete('outcome', { tag: 'unknown', val }) as Extract<Outcome, { tag: 'unknown' }>,
  /** Nothing was tried for this part: an earlier one failed and order matters. */
  notTried: (): Extract<Outcome, { tag: 'not-tried' }> => ({ tag: 'not-tried' }),
};

/** A `problem` of the contract, with its defaults. Something that is wrong with a draft. Shown in the composer. */
export const problem = (init: ProblemInit): Problem => complete('problem', init) as Problem;

/** The cases of `setting-value`. What is filled in, by the field's kind. */
export const settingValue = {
  /** Of kind `text`. */
  text: (val: string): Extract<SettingValue, { tag: 'text' }> =>
    complete('setting-value', { tag: 'text', val }) as Extract<SettingValue, { tag: 'text' }>,
  /** Of kind `number`. */
  number: (val: number): Extract<SettingValue, { tag: 'number' }> =>
    complete('setting-value', { tag: 'number', val }) as Extract<SettingValue, { tag: 'number' }>,
  /** Of kind `boolean`. */
  boolean: (val: boolean): Extract<SettingValue, { tag: 'boolean' }> =>
    complete('setting-value', { tag: 'boolean', val }) as Extract<SettingValue, { tag: 'boolean' }>,
  /** Of kind `texts`, in order. */
  texts: (val: string[]): Extract<SettingValue, { tag: 'texts' }> =>
    complete('setting-value', { tag: 'texts', val }) as Extract<SettingValue, { tag: 'texts' }>,
  /** A secret field: only whether it is set. */
  secret: (val: boolean): Extract<SettingValue, { tag: 'secret' }> =>
    complete('setting-value', { tag: 'secret', val }) as Extract<SettingValue, { tag: 'secret' }>,
};

/** A `setting` of the contract, with its defaults. One field that is filled in, or has a default. */
export const setting = (init: Setting): Setting => complete('setting', init) as Setting;

/** A `target` of the contract, with its defaults. What an action is done to. */
export const target = (init: TargetInit): Target => complete('target', init) as Target;

/** A `template-section` of the contract, with its defaults. A place of a template that has gaps: its header, its body, one of its buttons. */
export const templateSection = (init: TemplateSectionInit): TemplateSection => complete('template-section', init) as TemplateSection;

/** A `template-definition` of the contract, with its defaults. A text that the provider has on file for us. */
export const templateDefinition = (init: TemplateDefinitionInit): TemplateDefinition => complete('template-definition', init) as TemplateDefinition;

/** A `resolved` of the contract, with its defaults. Whom an address leads to. */
export const resolved = (init: ResolvedInit): Resolved => complete('resolved', init) as Resolved;

/** A `field-problem` of the contract, with its defaults. One thing that is wrong with the settings. Shown beside its field. */
export const fieldProblem = (init: FieldProblemInit): FieldProblem => complete('field-problem', init) as FieldProblem;

/** A `credential` of the contract, with its defaults. A secret that is bound, by everything but its value. */
export const credential = (init: CredentialInit): Credential => complete('credential', init) as Credential;

/** The cases of `state-error`. Why nothing was written. */
export const stateError = {
  /** The value, or the key, is longer than the host keeps: 64 KiB, or 512 bytes. */
  tooLarge: (): Extract<StateError, { tag: 'too-large' }> => ({ tag: 'too-large' }),
  /** What this channel keeps altogether would be too much. */
  full: (): Extract<StateError, { tag: 'full' }> => ({ tag: 'full' }),
  /** This kind of call may not write. */
  readOnly: (): Extract<StateError, { tag: 'read-only' }> => ({ tag: 'read-only' }),
};

/** The cases of `media-error`. Why a file was not taken, or not given. */
export const mediaError = {
  /** The manifest declares no media, or this kind of call may not store. */
  notPermitted: (): Extract<MediaError, { tag: 'not-permitted' }> => ({ tag: 'not-permitted' }),
  /** No file of this channel has this name. */
  notFound: (): Extract<MediaError, { tag: 'not-found' }> => ({ tag: 'not-found' }),
  /** The file has more bytes than are kept of one: so many. */
  tooLarge: (val: number | bigint): Extract<MediaError, { tag: 'too-large' }> =>
    complete('media-error', { tag: 'too-large', val }) as Extract<MediaError, { tag: 'too-large' }>,
  /** The bytes are of this kind, which the manifest does not name. */
  typeRefused: (val: string): Extract<MediaError, { tag: 'type-refused' }> =>
    complete('media-error', { tag: 'type-refused', val }) as Extract<MediaError, { tag: 'type-refused' }>,
  /** The channel keeps as much as it may, or the call made or moved as much as one may. */
  full: (): Extract<MediaError, { tag: 'full' }> => ({ tag: 'full' }),
  /** The host could not read or write it now. */
  broken: (val: string): Extract<MediaError, { tag: 'broken' }> =>
    complete('media-error', { tag: 'broken', val }) as Extract<MediaError, { tag: 'broken' }>,
};

/** A `description` of the contract, with its defaults. What is known of a file. */
export const description = (init: DescriptionInit): Description => complete('description', init) as Description;

/** Every shape by its name in the contract. */
export const shapes: Record<string, Shape> = {
  timestamp: { alias: 'u64' },
  milliseconds: { alias: 'u64' },
  extra: { record: { name: 'string', value: 'string' } },
  extras: { alias: '[extra]' },
  pair: { record: { name: 'string', value: 'string' } },
  context: { record: { value: 'string', expires: '?timestamp', once: 'bool' } },
  contexts: { record: { message: '?context', thread: '?context', recipient: '?context' } },
  'account-id': { alias: 'string' },
  'identity-key': { alias: 'string' },
  'thread-key': { alias: 'string' },
  'message-id': { alias: 'string' },
  'universal-id': { alias: 'string' },
  'client-ref': { alias: 'string' },
  'identity-kind': { cases: ['email', 'phone', 'visitor', 'opaque'] },
  'identity-role': { cases: ['contact', 'agent', 'bot', 'system'] },
  assurance: { variant: { unverified: '', provider: '', site: '', 'mail-authenticated': 'string', 'mail-failed': 'string' } },
  alias: { record: { key: 'identity-key', kind: 'identity-kind', assurance: 'assurance' }, defaults: {"kind":"opaque","assurance":{"tag":"unverified"}} },
  identity: { record: { key: 'identity-key', kind: 'identity-kind', role: 'identity-role', aliases: '[alias]', assurance: 'assurance', name: '?string', username: '?string', picture: '?media-source', language: '?string', timezone: '?string', context: '?context', extras: 'extras' }, defaults: {"kind":"opaque","role":"contact","assurance":{"tag":"unverified"}} },
  'thread-kind': { cases: ['direct', 'group', 'topic', 'public'] },
  thread: { record: { key: 'thread-key', kind: 'thread-kind', title: '?string', parent: '?thread-key', root: '?message-id', contact: '?identity', capabilities: '?string', address: '?string', context: '?context', extras: 'extras' }, defaults: {"kind":"direct"} },
  'media-handle': { alias: 'string' },
  'media-source': { variant: { stored: 'media-handle', deferred: 'string', address: 'string', missing: 'string' } },
  'media-kind': { cases: ['image', 'video', 'audio', 'voice', 'sticker', 'animation', 'video-note', 'file'] },
  media: { record: { kind: 'media-kind', source: 'media-source', fileName: '?string', contentType: '?string', size: '?u64', duration: '?milliseconds', width: '?u32', height: '?u32', caption: '?rich-text', viewOnce: 'bool', contentId: '?string', sha256: '?bytes', preview: '?media-source' }, defaults: {"kind":"file"} },
  'rich-text': { record: { plain: 'string', html: '?string' }, defaults: {"plain":""}, text: 'plain' },
  location: { record: { latitude: 'f64', longitude: 'f64', accuracy: '?f64', name: '?string', address: '?string', liveUntil: '?timestamp' } },
  'contact-card': { record: { name: 'string', phones: '[pair]', emails: '[pair]', vcard: '?string' } },
  'choices-style': { cases: ['buttons', 'quick-replies', 'menu', 'poll'] },
  'choice-action': { variant: { reply: '', open: 'string', 'ask-location': '', 'ask-contact': '', form: 'string' } },
  'choice-option': { record: { payload: 'string', title: 'string', description: '?string', section: '?string', action: 'choice-action', picture: '?media-source' }, defaults: {"action":{"tag":"reply"}} },
  choices: { record: { style: 'choices-style', body: '?rich-text', header: '?string', footer: '?string', button: '?string', options: '[choice-option]' }, defaults: {"style":"buttons"} },
  choice: { record: { payload: 'string', title: '?string', offeredIn: '?message-id' } },
  template: { record: { name: 'string', language: 'string', parameters: '[template-parameter]', rendered: '?rich-text' } },
  'template-value': { variant: { text: 'string', media: 'media-source', payload: 'string' } },
  'template-parameter': { record: { section: 'string', name: '?string', value: 'template-value' } },
  field: { record: { name: 'string', label: '?string', value: 'field-value', hidden: 'bool' } },
  'field-value': { variant: { text: 'string', choice: '[string]', number: 'f64', boolean: 'bool', file: 'media-source' } },
  'link-preview': { record: { address: 'string', title: '?string', description: '?string', picture: '?media-source' } },
  'order-line': { record: { product: 'string', title: '?string', quantity: 'f64', price: '?string', currency: '?string' } },
  native: { record: { kind: 'string', fallback: '?string', raw: '?string' } },
  content: { variant: { text: 'rich-text', media: 'media', location: 'location', 'contact-card': 'contact-card', choices: 'choices', choice: 'choice', template: 'template', fields: '[field]', 'link-preview': 'link-preview', order: '[order-line]', native: 'native' } },
  part: { record: { content: 'content', extras: 'extras' } },
  'recipient-role': { cases: ['to', 'cc', 'bcc', 'reply-to'] },
  recipient: { record: { role: 'recipient-role', key: 'identity-key', kind: 'identity-kind', aliases: '[alias]', name: '?string' }, defaults: {"role":"to","kind":"opaque"} },
  'secret-handle': { alias: 'string' },
  binding: { record: { credential: 'string', secret: 'secret-handle', expires: '?timestamp' } },
  passing: { record: { why: 'string', retryAfter: '?milliseconds' }, text: 'why' },
  'rate-limited': { record: { retryAfter: '?milliseconds', bucket: 'string' } },
  'window-closed': { record: { since: '?timestamp', allowed: '[string]' } },
  rejected: { record: { code: '?string', words: 'string' }, text: 'words' },
  fault: { variant: { passing: 'passing', 'rate-limited': 'rate-limited', 'sign-in-expired': '', 'permission-missing': '[string]', 'channel-blocked': 'passing', 'window-closed': 'window-closed', 'recipient-unreachable': 'string', 'opted-out': 'string', 'recipient-moved': 'alias', 'held-elsewhere': 'string', unsupported: 'string', 'too-large': '?u64', gone: 'string', malformed: 'string', rejected: 'rejected' } },
  verification: { record: { recipe: 'string', key: '?string', claims: '[pair]' } },
  'form-file': { record: { field: 'string', fileName: '?string', contentType: '?string', size: 'u64', stored: 'media-handle' } },
  request: { record: { account: '?account-id', route: 'string', method: 'string', path: 'string', query: '[pair]', headers: '[pair]', body: 'bytes', files: '[form-file]', verification: '?verification', remoteAddress: '?string', receivedAt: 'timestamp', url: 'string' } },
  response: { record: { status: 'u16', headers: '[pair]', body: 'bytes' }, defaults: {"status":200} },
  reception: { record: { response: '?response', events: '[event]' } },
  refusal: { variant: { malformed: 'string', unauthentic: 'string', passing: 'passing' } },
  event: { record: { dedup: 'string', account: '?account-id', thread: '?thread', actor: '?identity', at: 'timestamp', order: '?u64', body: 'event-body', extras: 'extras' } },
  'event-body': { variant: { message: 'message', edited: 'edit', deleted: 'deletion', reaction: 'reaction', receipt: 'receipt', typing: 'bool', profile: '', 'identity-changed': 'identity-change', 'thread-moved': 'thread-key', membership: 'membership', consent: 'consent', reachable: 'bool', referral: 'attribution', call: 'call', ended: 'bool', account: 'account-state', 'template-status': 'template-status', 'erase-requested': 'erase-request', mail: 'mail', 'poll-now': '', 'follow-up': 'string', 'renew-now': '', writable: 'bool', ignored: 'string', native: 'native' } },
  direction: { cases: ['incoming', 'echo'] },
  trait: { cases: ['automatic', 'bulk', 'spam', 'delivery-report', 'forwarded', 'standby'] },
  quote: { record: { message: '?message-id', excerpt: '?string' } },
  attribution: { record: { source: 'string', reference: '?string', item: '?string', address: '?string', title: '?string', picture: '?media-source' } },
  message: { record: { id: '?message-id', universal: '?universal-id', direction: 'direction', clientRef: '?client-ref', parts: '[part]', subject: '?string', quote: '?quote', references: '[universal-id]', recipients: '[recipient]', attribution: '?attribution', album: '?string', traits: '[trait]', originalSender: '?identity', visible: '?rich-text', expires: '?timestamp', context: '?context', extras: 'extras' }, defaults: {"direction":"incoming"} },
  edit: { record: { id: '?message-id', message: 'message-id', parts: '[part]' } },
  deletion: { record: { messages: '[message-id]', erase: 'bool' } },
  'reaction-change': { variant: { added: 'string', removed: '?string', now: '[string]' } },
  reaction: { record: { id: '?message-id', message: 'message-id', change: 'reaction-change' } },
  'receipt-status': { cases: ['sent', 'delivered', 'read', 'played', 'delayed', 'failed'] },
  'receipt-target': { variant: { message: 'message-id', universal: 'universal-id', 'client-ref': 'client-ref', 'up-to': 'timestamp', 'up-to-message': 'message-id' } },
  receipt: { record: { status: 'receipt-status', target: 'receipt-target', fault: '?fault', learnt: '?message-id' } },
  'identity-change': { record: { old: 'identity-key', new: '[alias]' } },
  membership: { record: { joined: '[identity]', left: '[identity]', ours: '?bool' } },
  consent: { record: { topic: 'string', given: 'bool', evidence: '?string', context: '?context' } },
  'call-direction': { cases: ['incoming', 'outgoing'] },
  'call-state': { cases: ['ringing', 'answered', 'missed', 'busy', 'failed', 'ended'] },
  recording: { record: { id: 'string', voicemail: 'bool', source: '?media-source', transcript: '?rich-text' } },
  call: { record: { id: 'string', direction: '?call-direction', state: '?call-state', clientRef: '?client-ref', duration: '?milliseconds', recording: '?recording' } },
  'account-state': { variant: { healthy: '', reconnect: 'string', 'permission-missing': '[string]', suspended: 'string', degraded: 'string' } },
  'template-state': { cases: ['approved', 'pending', 'rejected', 'paused', 'disabled', 'changed'] },
  'template-status': { record: { name: 'string', language: '?string', state: 'template-state', reason: '?string' } },
  'erase-request': { record: { identities: '[identity-key]', confirmation: '?string' } },
  'mail-origin': { cases: ['delivered', 'fetched', 'fetched-from-sent', 'polled'] },
  mail: { record: { origin: 'mail-origin', envelopeFrom: '?string', envelopeTo: '[string]', raw: 'media-handle', size: 'u64', authentication: '?string', receivedAt: 'timestamp', note: '?string' } },
  page: { record: { events: '[event]', cursor: '?string', more: 'bool', waitAtLeast: '?milliseconds' } },
  ground: { variant: { open: '', tag: 'string', template: '', initiated: '' } },
  author: { record: { name: 'string', firstName: '?string', lastName: '?string', picture: '?string' } },
  'draft-part': { record: { id: 'u32', clientRef: 'client-ref', part: 'part', earlier: '?outcome' } },
  draft: { record: { delivery: 'client-ref', attempt: 'u32', account: 'account-id', thread: '?thread', recipients: '[recipient]', subject: '?string', quote: '?message-id', references: '[universal-id]', ground: 'ground', author: '?author', automatic: 'bool', contexts: 'contexts', parts: '[draft-part]', extras: 'extras' }, defaults: {"attempt":1,"ground":{"tag":"open"}} },
  'part-outcome': { record: { parts: '[u32]', outcome: 'outcome' } },
  refused: { record: { recipient: 'identity-key', fault: 'fault' } },
  sent: { record: { message: '?message-id', universal: '?universal-id', thread: '?thread', recipient: '[alias]', refused: '[refused]', context: '?context' } },
  outcome: { variant: { sent: 'sent', accepted: 'sent', failed: 'fault', unknown: 'string', 'not-tried': '' } },
  severity: { cases: ['error', 'warning'] },
  problem: { record: { part: '?u32', severity: 'severity', code: 'string', words: 'string' } },
  'setting-value': { variant: { text: 'string', number: 'f64', boolean: 'bool', texts: '[string]', secret: 'bool' } },
  setting: { record: { key: 'string', value: 'setting-value' } },
  target: { record: { thread: '?thread', message: '?message-id', clientRef: 'client-ref', contexts: 'contexts' }, defaults: {"clientRef":""} },
  'value-kind': { cases: ['text', 'image', 'video', 'document', 'payload', 'address'] },
  'template-section': { record: { section: 'string', kind: 'value-kind', values: '[string]', example: '?string' } },
  'template-definition': { record: { name: 'string', language: 'string', category: 'string', state: 'template-state', body: 'rich-text', sections: '[template-section]' } },
  resolved: { record: { identity: 'identity', thread: '?thread' } },
  'field-problem': { record: { key: '?string', words: 'string' } },
  credential: { record: { name: 'string', since: 'timestamp', expires: '?timestamp', generation: 'u64' } },
  level: { cases: ['debug', 'info', 'warn', 'error'] },
  'state-error': { variant: { 'too-large': '', full: '', 'read-only': '' } },
  'media-error': { variant: { 'not-permitted': '', 'not-found': '', 'too-large': 'u64', 'type-refused': 'string', full: '', broken: 'string' } },
  description: { record: { size: 'u64', contentType: 'string', fileName: '?string', sha256: 'bytes' } },
};
