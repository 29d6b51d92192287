//! Power of rooms: curves, samples, protection, demands, relays and feeders.

#[cfg(test)]
mod absence;
#[cfg(test)]
mod curve;
#[cfg(test)]
mod demand;
#[cfg(test)]
mod feeder;
#[cfg(test)]
mod protection;
#[cfg(test)]
mod relay;
#[cfg(test)]
mod restart;
#[cfg(test)]
mod room;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod step;
#[cfg(test)]
mod turns;
#[cfg(test)]
mod why;
