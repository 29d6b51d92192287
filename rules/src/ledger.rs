//! The ledger: who has how much, what may be moved, and why not.
//!
//! **Words.** An *account* holds money of one owner for one use. An *order* asks for something and
//! names its *cause*, by which it is the same order when it comes again. What comes of it is an
//! *entry*: one or more *rows*, each moving an amount from the account debited to the account
//! credited. Rows are only ever added. A *reservation* holds an amount back until it is posted (all
//! or part of it), released, or expires.
//!
//! **Invariants.** The balances of all accounts add up to zero. No purse and no subsidy goes below
//! zero. A cause is carried out once. Nothing is added to a day that is closed.
//!
//! Keeping the rows on disk is the store's business, prices are `tariff`'s, switching is `credit`'s.

mod account;
mod books;
mod cause;
mod entry;
mod order;
mod purpose;
mod refusal;

pub use account::{
    Account, AccountKind, AccountName, AccountNo, Limits, NameMistake, State, Terms,
};
pub use books::{Archive, Books, Reservation, Restore};
pub use cause::{Cause, CauseMistake};
pub use entry::{Earlier, Entry, Phase, Row, RowNo};
pub use order::{Ask, Order};
pub use purpose::Purpose;
pub use refusal::{Limit, Refusal};
