//! The hash chain over the journal.
//!
//! hash = SHA-256(hash of the row before ‖ seq ‖ boot ‖ time in ms ‖ body), numbers as 8 bytes, most
//! significant first; the row before the first has 32 zero bytes. A row that is changed, taken out,
//! put in or moved breaks the chain at that row. Rows cut off at the end break nothing here; that
//! the last `seq` went backwards shows at whoever followed the journal.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::schema;
use crate::store::{StoreFailure, thread::open_reader};

pub type Hash = [u8; 32];

pub const GENESIS: Hash = [0; 32];

/// The hash of a row.
pub fn link(before: &Hash, seq: u64, boot: u64, at_ms: i64, body: &str) -> Hash {
    Sha256::new()
        .chain_update(before)
        .chain_update(seq.to_be_bytes())
        .chain_update(boot.to_be_bytes())
        .chain_update(at_ms.to_be_bytes())
        .chain_update(body)
        .finalize()
        .into()
}

/// The first row that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub seq: u64,
    pub what: String,
}

/// What a check of the whole journal found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Rows that were found good.
    pub rows: u64,
    pub first_seq: u64,
    pub last_seq: u64,
    pub broken: Option<Broken>,
}

/// Recomputes the chain of a journal, row by row, up to the first broken one.
///
/// # Errors
/// When the file cannot be read.
pub fn verify(file: &Path) -> Result<Verification, StoreFailure> {
    let connection = open_reader(file)?;
    let check = || -> rusqlite::Result<Verification> {
        let (mut seq, mut hash) = schema::anchor(&connection)?;
        let mut boot = 0;
        let mut found =
            Verification { rows: 0, first_seq: seq + 1, last_seq: seq, broken: None };
        let mut statement = connection
            .prepare("SELECT seq, boot, at_ms, body, hash FROM facts ORDER BY seq")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (this, of_boot): (u64, u64) = (row.get(0)?, row.get(1)?);
            let (at_ms, stored): (i64, Hash) = (row.get(2)?, row.get(4)?);
            let body = row.get_ref(3)?.as_str()?;
            let expected = link(&hash, this, of_boot, at_ms, body);
            let what = if this != seq + 1 {
                Some(format!("row {} is missing; after {seq} comes {this}", seq + 1))
            } else if of_boot < boot {
                Some(format!("boot {of_boot} comes after boot {boot}"))
            } else if stored != expected {
                Some("its hash does not fit: it, or the row before it, was changed".to_owned())
            } else {
                None
            };
            if let Some(what) = what {
                found.broken = Some(Broken { seq: this, what });
                break;
            }
            (seq, boot, hash) = (this, of_boot, stored);
            found.rows += 1;
            found.last_seq = seq;
        }
        Ok(found)
    };
    check().map_err(|source| StoreFailure::Sqlite { file: file.to_owned(), source })
}
