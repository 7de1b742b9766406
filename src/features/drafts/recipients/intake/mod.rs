//! Takes a list in: from the bytes of a file to checked rows in the database, in bounded memory.

mod decode;
mod records;
mod shape;
