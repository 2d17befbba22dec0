/** Any value that JSON can carry. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** A JSON object, such as a user's custom data. */
export type JsonObject = { [key: string]: JsonValue };
