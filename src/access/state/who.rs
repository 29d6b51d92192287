//! Whose card it is, where something is paid for and no gate opens.

use onecard_rules::{
    Time,
    access::{Presented, holder},
    directory::Found,
    person::Person,
    site::Direction,
    water::Customer,
};

use super::AccessState;
use crate::access::{NotServed, Presenter, WhoIs};

impl AccessState {
    /// Whose card or code was presented where something is paid for.
    ///
    /// # Errors
    /// Says why it counts for nothing.
    pub fn who_is(&mut self, asked: &WhoIs, now: Time) -> Result<Presenter, NotServed> {
        let freshness = asked.freshness.at(asked.presented_at, self.site.limits.swipe_age, now);
        let found = self.directory.present(&asked.presented, now);
        let customer = |person: &Person| {
            let (person, name, kind) = (person.id.clone(), person.name.clone(), person.kind);
            Customer { person, name, kind }
        };
        let (_, person) = holder(&found, freshness, now).map_err(|reason| NotServed {
            reason,
            customer: found.holder().map(|(_, person)| customer(person)),
            card: match (&asked.presented, found.holder()) {
                (_, Some((card, _))) => Some(card.credential.masked()),
                (Presented::Card(card), None) => Some(card.masked()),
                (Presented::Code(_), None) => None,
            },
        })?;
        let customer = customer(person);
        let mut used = false;
        if let Found::Holder { code: Some(code), .. } = &found {
            used = self.paid_codes.knows(code, Direction::In);
            self.paid_codes.used(code, Direction::In);
        }
        Ok(Presenter { customer, used })
    }
}
