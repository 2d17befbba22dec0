/*
 * What an operator's own product is made with, see docs/own-products.md. It is kept small: modules of strangers import it, so
 * what stands here stays.
 */
export { default as sql } from 'sql-template-tag';
export type { ColumnTypes } from '../database/migrations/column-types.js';
export type { ProductMigration } from '../database/product-migrations.js';
export { defineTable, insertRows, type Table } from '../database/table.js';
export type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
export type { CascadeBatch, CascadeContext, DeletionContext, ExportPage, Product } from './product.js';
