//! Entry to a small college: its rules, its decisions, its record of who is where.

#[cfg(test)]
mod access;
#[cfg(test)]
mod code;
#[cfg(test)]
mod college;
#[cfg(test)]
mod directory;
#[cfg(test)]
mod mode;
#[cfg(test)]
mod passback;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod policy_mistakes;
