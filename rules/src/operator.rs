//! What an operator may do: role and scope × action and place → allowed, or a refusal with a name.
//!
//! Deny by default: what no line here grants, nobody may. A token may have a role and scope of its
//! own; then both must allow, so a token never may more than its operator.
//!
//! **Not here:** who somebody is (passwords, sessions, tokens), and what follows from an act.

mod action;

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AreaId, GateId, OperatorId},
    site::{Gate, Site},
};
pub use action::Action;

/// What somebody is on duty for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 门卫: given gates, or all gates of given areas.
    Guard,
    /// 宿管: given buildings.
    DormitoryManager,
    /// 水电管理员: electricity and water.
    Utilities,
    /// 保卫处: gates, people and alarms of the site.
    Security,
    /// 财务处: money, and nothing else.
    Finance,
    /// Sees everything on record, changes nothing.
    Auditor,
    Administrator,
}

impl Role {
    pub const ALL: [Self; 7] = [
        Self::Guard,
        Self::DormitoryManager,
        Self::Utilities,
        Self::Security,
        Self::Finance,
        Self::Auditor,
        Self::Administrator,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guard => "guard",
            Self::DormitoryManager => "dormitory_manager",
            Self::Utilities => "utilities",
            Self::Security => "security",
            Self::Finance => "finance",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// Whether the scope makes sense for the role.
    ///
    /// # Errors
    /// Says what is missing or too much.
    pub fn check(self, scope: &Scope) -> Result<(), ScopeMistake> {
        match (self, scope) {
            (Self::Guard | Self::DormitoryManager, Scope::Site) => {
                Err(ScopeMistake::NeedsPlaces(self))
            }
            (Self::Finance | Self::Administrator, Scope::Places { .. }) => {
                Err(ScopeMistake::WholeSite(self))
            }
            (Self::Guard, Scope::Places { .. })
            | (
                Self::Utilities
                | Self::Security
                | Self::Auditor
                | Self::Finance
                | Self::Administrator,
                Scope::Site,
            ) => Ok(()),
            (
                Self::DormitoryManager | Self::Utilities | Self::Security | Self::Auditor,
                Scope::Places { gates, .. },
            ) if gates.is_empty() => Ok(()),
            (
                Self::DormitoryManager | Self::Utilities | Self::Security | Self::Auditor,
                Scope::Places { .. },
            ) => Err(ScopeMistake::NoGates(self)),
        }
    }

    /// Whether the role ever does that, somewhere.
    #[must_use]
    pub fn may(self, action: Action) -> bool {
        use Role::{Administrator, Auditor, DormitoryManager, Finance, Guard, Security, Utilities};
        match action {
            Action::SeeCampus => true,
            Action::SeeGates | Action::SeeEntries | Action::SeeAreas | Action::SeePeople => {
                matches!(self, Guard | DormitoryManager | Security | Auditor | Administrator)
            }
            // A guard sees who passes; where somebody has been is another question.
            Action::SearchPerson => {
                matches!(self, DormitoryManager | Security | Auditor | Administrator)
            }
            Action::SeeSupplies => {
                matches!(self, DormitoryManager | Utilities | Security | Auditor | Administrator)
            }
            Action::SeeAlarms => {
                matches!(
                    self,
                    Guard | DormitoryManager | Utilities | Security | Auditor | Administrator
                )
            }
            Action::SeeFacts => matches!(self, Security | Auditor | Administrator),
            Action::OpenGate
            | Action::SetGateMode
            | Action::LockDown
            | Action::EndLockDown
            | Action::BeginEmergency
            | Action::ForgivePassback
            | Action::HandOver => {
                matches!(self, Guard | DormitoryManager | Security | Administrator)
            }
            // Anybody on the spot may call an emergency; that it is over, security says.
            Action::EndEmergency => matches!(self, Security | Administrator),
            Action::AcknowledgeAlarm | Action::HandleAlarm => {
                matches!(self, Guard | DormitoryManager | Utilities | Security | Administrator)
            }
            Action::CutRoom | Action::RestoreRoom | Action::ShutTap => {
                matches!(self, DormitoryManager | Utilities | Administrator)
            }
            Action::LimitRoom | Action::AcceptMeter | Action::DecideReading => {
                matches!(self, Utilities | Administrator)
            }
            Action::SeeQuarantine => matches!(self, Utilities | Finance | Auditor | Administrator),
            Action::SeeMoney => matches!(self, Finance | Auditor | Administrator),
            Action::TopUp
            | Action::TransferMoney
            | Action::RefundMoney
            | Action::AdjustMoney
            | Action::ConfirmAdjustment
            | Action::CloseDay => matches!(self, Finance | Administrator),
            Action::ManageOperators
            | Action::ManageDevices
            | Action::ManageRules
            | Action::ManageBackups => matches!(self, Administrator),
        }
    }

    /// Whether the role does that at places of that sort: alarms are told apart by what they are
    /// about.
    fn may_at(self, action: Action, sort: Sort) -> bool {
        use Role::{Administrator, Auditor, DormitoryManager, Guard, Security, Utilities};
        let minds = || match sort {
            Sort::Gate => {
                matches!(self, Guard | DormitoryManager | Security | Auditor | Administrator)
            }
            Sort::Supply => {
                matches!(self, DormitoryManager | Utilities | Security | Auditor | Administrator)
            }
            Sort::Area | Sort::Site => matches!(self, Security | Auditor | Administrator),
        };
        let is_alarm =
            matches!(action, Action::SeeAlarms | Action::AcknowledgeAlarm | Action::HandleAlarm);
        self.may(action) && (!is_alarm || minds())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no role is called `{found}`; use {}", Role::ALL.map(Role::as_str).join(", "))]
pub struct NoRole {
    found: String,
}

impl FromStr for Role {
    type Err = NoRole;

    fn from_str(text: &str) -> Result<Self, NoRole> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or_else(|| NoRole { found: text.to_owned() })
    }
}

/// A scope that does not fit its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScopeMistake {
    #[error("a {0} is on duty somewhere; name the areas, or for a guard the gates")]
    NeedsPlaces(Role),
    #[error("a {0} is there for the whole site; leave areas and gates out")]
    WholeSite(Role),
    #[error("a {0} has areas, not single gates; name the areas")]
    NoGates(Role),
}

/// Where a role counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Site,
    /// In these areas with everything inside them, and at these gates.
    Places {
        areas: BTreeSet<AreaId>,
        gates: BTreeSet<GateId>,
    },
}

impl Scope {
    fn holds(&self, place: Place<'_>, site: &Site) -> bool {
        let Self::Places { areas, gates } = self else { return true };
        let within = |inner: &AreaId| areas.iter().any(|outer| site.is_within(inner, outer));
        match place {
            Place::Site => false,
            Place::Area(area) | Place::Supply(area) => within(area),
            Place::Gate(gate) => gates.contains(&gate.id) || within(&gate.area),
        }
    }
}

/// Where it is to be done.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// What belongs to no single place.
    Site,
    Area(&'a AreaId),
    /// A gate with its readers.
    Gate(&'a Gate),
    /// A room, tap or line of an area.
    Supply(&'a AreaId),
}

/// What sort of place that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Site,
    Area,
    Gate,
    Supply,
}

impl Place<'_> {
    #[must_use]
    pub fn sort(&self) -> Sort {
        match self {
            Self::Site => Sort::Site,
            Self::Area(_) => Sort::Area,
            Self::Gate(_) => Sort::Gate,
            Self::Supply(_) => Sort::Supply,
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Site => f.write_str("the whole site"),
            Self::Area(area) | Self::Supply(area) => write!(f, "area `{area}`"),
            Self::Gate(gate) => write!(f, "gate `{}`", gate.id),
        }
    }
}

/// Why somebody may not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the role {role} does not include {action}")]
    Role { role: Role, action: Action },
    #[error("{place} is not within the places of this {role}")]
    Scope { role: Role, place: String },
}

/// A role where it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    pub role: Role,
    pub scope: Scope,
}

impl Rights {
    /// # Errors
    /// Says why not.
    pub fn decide(&self, action: Action, place: Place<'_>, site: &Site) -> Result<(), Refusal> {
        let role = self.role;
        if !role.may_at(action, place.sort()) {
            return Err(Refusal::Role { role, action });
        }
        if action == Action::SeeCampus || self.scope.holds(place, site) {
            return Ok(());
        }
        Err(Refusal::Scope { role, place: place.to_string() })
    }
}

/// What somebody who has proved a name may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    pub operator: OperatorId,
    pub rights: Rights,
    /// Rights of the token used; both must allow.
    pub narrowed: Option<Rights>,
}

impl Authority {
    /// # Errors
    /// Says why not.
    pub fn decide(&self, action: Action, place: Place<'_>, site: &Site) -> Result<(), Refusal> {
        self.all().try_for_each(|rights| rights.decide(action, place, site))
    }

    #[must_use]
    pub fn allows(&self, action: Action, place: Place<'_>, site: &Site) -> bool {
        self.decide(action, place, site).is_ok()
    }

    /// Whether it is ever done by this role; where, is asked by [`Authority::decide`].
    ///
    /// # Errors
    /// Says why not.
    pub fn decide_somewhere(&self, action: Action) -> Result<(), Refusal> {
        match self.all().map(|rights| rights.role).find(|role| !role.may(action)) {
            Some(role) => Err(Refusal::Role { role, action }),
            None => Ok(()),
        }
    }

    /// Whether the role does that at places of that sort, somewhere.
    #[must_use]
    pub fn may_at(&self, action: Action, sort: Sort) -> bool {
        self.all().all(|rights| rights.role.may_at(action, sort))
    }

    /// Whether it counts everywhere on the site.
    #[must_use]
    pub fn is_site_wide(&self) -> bool {
        self.all().all(|rights| rights.scope == Scope::Site)
    }

    /// Whether it counts in all of an area.
    #[must_use]
    pub fn reaches(&self, area: &AreaId, site: &Site) -> bool {
        self.all().all(|rights| rights.scope.holds(Place::Area(area), site))
    }

    fn all(&self) -> impl Iterator<Item = &Rights> {
        std::iter::once(&self.rights).chain(&self.narrowed)
    }

    /// The role that counts: the narrower one where there are two.
    #[must_use]
    pub fn role(&self) -> Role {
        self.narrowed.as_ref().map_or(self.rights.role, |rights| rights.role)
    }

    /// The scope to be shown: the token's where it has one.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.narrowed.as_ref().unwrap_or(&self.rights).scope
    }
}
