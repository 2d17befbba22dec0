/** A new connection to PostgreSQL, of which nobody has made use yet. */
export interface NewConnection {
  query(statement: {
    text: string;
    values: string[];
    query_timeout: number;
  }): Promise<{ rows: Record<string, string | null>[] }>;
}

/** Looks at a new connection before anybody gets it. One that is refused is closed. @throws what is wrong with it. */
export type Admit = (client: NewConnection) => Promise<void>;
