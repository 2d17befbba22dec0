/*
 * The public API for an operator's own products (docs/own-products.md). Keep it small: operators' modules import it, so
 * nothing can leave it later.
 */
export { default as sql } from 'sql-template-tag';
export type { ColumnTypes } from '../database/migrations/column-types.js';
export type { ProductMigration } from '../database/product-migrations.js';
export { defineTable, insertRows, type Table } from '../database/table.js';
export type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
export type { CascadeBatch, CascadeContext, DeletionContext, ExportPage, Product } from './product.js';
