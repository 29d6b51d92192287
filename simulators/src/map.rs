//! The site as somebody on foot sees it: areas, and the ways between them through gates.
//!
//! It answers which gate comes next on the way from one area to another, and what an area is for,
//! as far as its code tells.

use std::collections::{BTreeMap, HashMap, VecDeque};

use onecard_rules::{
    ids::{AreaId, GateId, ReaderId},
    site::{Direction, Site},
};

/// An area's place in [`Map::areas`].
pub type AreaAt = usize;

/// One way through a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The gate's place in [`Map::gates`].
    pub gate: usize,
    /// The reader's place in [`Map::readers`]; `None`: a button opens this way, not a card.
    pub reader: Option<usize>,
    pub direction: Direction,
    pub from: AreaAt,
    pub to: AreaAt,
}

/// A gate, as far as people and topics need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapGate {
    pub id: GateId,
    /// The area that its topics stand under.
    pub area: AreaId,
    pub from: AreaId,
    pub to: AreaId,
    /// Whether it reports passages.
    pub sensor: bool,
}

/// A reader, as far as people and topics need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapReader {
    pub id: ReaderId,
    pub gate: GateId,
    pub direction: Direction,
}

/// What an area is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// Beyond the gates of the campus.
    Outside,
    /// Open ground and passages: people cross it, they do not go there.
    Ground,
    Dormitory,
    Canteen,
    Library,
    Laboratory,
    /// Lecture halls, offices, gyms: where people go by timetable.
    Teaching,
}

/// Areas, gates, readers and the ways between areas.
#[derive(Debug)]
pub struct Map {
    pub areas: Vec<AreaId>,
    pub gates: Vec<MapGate>,
    pub readers: Vec<MapReader>,
    pub ways: Vec<Way>,
    purposes: Vec<Purpose>,
    /// For each goal and each area, how many gates lie between; `None`: there is no way.
    distances: Vec<Vec<Option<u32>>>,
    leaving: Vec<Vec<usize>>,
}

impl Map {
    /// The map of a site.
    #[must_use]
    pub fn of(site: &Site) -> Self {
        let areas = site.areas.values().map(|area| (area.id.clone(), area.parent.clone()));
        let gates = site.gates.values().map(|gate| MapGate {
            id: gate.id.clone(),
            area: gate.area.clone(),
            from: gate.from.clone(),
            to: gate.to.clone(),
            sensor: gate.passage_sensor,
        });
        let readers = site.readers.values().map(|reader| MapReader {
            id: reader.id.clone(),
            gate: reader.gate.clone(),
            direction: reader.direction,
        });
        Self::build(&areas.collect::<Vec<_>>(), gates.collect(), readers.collect())
    }

    /// A map from its parts: areas with the area around each, gates, readers. A gate that joins an
    /// unknown area has no ways.
    #[must_use]
    pub fn build(
        areas: &[(AreaId, Option<AreaId>)],
        gates: Vec<MapGate>,
        readers: Vec<MapReader>,
    ) -> Self {
        let places: HashMap<&AreaId, AreaAt> =
            areas.iter().enumerate().map(|(at, (id, _))| (id, at)).collect();
        let mut at_gate: BTreeMap<(&GateId, Direction), Vec<usize>> = BTreeMap::new();
        for (at, reader) in readers.iter().enumerate() {
            at_gate.entry((&reader.gate, reader.direction)).or_default().push(at);
        }
        let mut ways = Vec::new();
        for (gate_at, gate) in gates.iter().enumerate() {
            let (Some(&outer), Some(&inner)) = (places.get(&gate.from), places.get(&gate.to))
            else {
                continue;
            };
            for (direction, from, to) in
                [(Direction::In, outer, inner), (Direction::Out, inner, outer)]
            {
                let way = |reader| Way { gate: gate_at, reader, direction, from, to };
                match at_gate.get(&(&gate.id, direction)) {
                    Some(readers) => ways.extend(readers.iter().map(|reader| way(Some(*reader)))),
                    // No reader on the way in: nobody enters there. On the way out: a button.
                    None if direction == Direction::In => {}
                    None => ways.push(way(None)),
                }
            }
        }
        let purposes = purposes(areas);
        let mut leaving = vec![Vec::new(); areas.len()];
        for (at, way) in ways.iter().enumerate() {
            if let Some(list) = leaving.get_mut(way.from) {
                list.push(at);
            }
        }
        let distances = (0..areas.len()).map(|goal| distances(goal, areas.len(), &ways)).collect();
        let areas = areas.iter().map(|(id, _)| id.clone()).collect();
        Self { areas, gates, readers, ways, purposes, distances, leaving }
    }

    /// The ways by which somebody in `from` comes nearer to `goal`; none when there, or no way is.
    pub fn towards(&self, from: AreaAt, goal: AreaAt) -> impl Iterator<Item = usize> {
        let distances = self.distances.get(goal);
        let far = move |area: AreaAt| distances.and_then(|d| d.get(area)).copied().flatten();
        let nearer = far(from).and_then(|here| here.checked_sub(1));
        let leaving = self.leaving.get(from).map_or(&[][..], Vec::as_slice);
        leaving.iter().copied().filter(move |way| {
            nearer.is_some() && self.ways.get(*way).and_then(|way| far(way.to)) == nearer
        })
    }

    /// Where an area stands in [`Self::areas`].
    #[must_use]
    pub fn place(&self, area: &AreaId) -> Option<AreaAt> {
        self.areas.iter().position(|known| known == area)
    }

    /// All areas that are for `purpose` and can be reached by somebody.
    #[must_use]
    pub fn for_purpose(&self, purpose: Purpose) -> Vec<AreaAt> {
        let reached = |at: AreaAt| self.ways.iter().any(|way| way.to == at || way.from == at);
        (0..self.areas.len())
            .filter(|at| self.purposes.get(*at) == Some(&purpose) && reached(*at))
            .collect()
    }

    /// What an area is for.
    #[must_use]
    pub fn purpose(&self, area: AreaAt) -> Option<Purpose> {
        self.purposes.get(area).copied()
    }
}

/// Guesses from codes and from the tree what each area is for.
fn purposes(areas: &[(AreaId, Option<AreaId>)]) -> Vec<Purpose> {
    let is_around = |id: &AreaId| areas.iter().any(|(_, parent)| parent.as_ref() == Some(id));
    let guess = |(id, parent): &(AreaId, Option<AreaId>)| {
        let has = |words: &[&str]| words.iter().any(|word| id.as_str().contains(word));
        if has(&["outside", "street", "off-campus"]) {
            Purpose::Outside
        } else if id.as_str().starts_with("dorm-") {
            Purpose::Dormitory
        } else if has(&["canteen", "dining", "food"]) {
            Purpose::Canteen
        } else if has(&["library"]) {
            Purpose::Library
        } else if has(&["lab"]) {
            Purpose::Laboratory
        } else if parent.is_none() || is_around(id) {
            Purpose::Ground
        } else {
            Purpose::Teaching
        }
    };
    let mut purposes: Vec<_> = areas.iter().map(guess).collect();
    if !purposes.contains(&Purpose::Outside) {
        // Nobody says what is outside: an area with nothing around it and nothing inside it.
        let lone = areas.iter().position(|(id, parent)| parent.is_none() && !is_around(id));
        if let Some(purpose) = lone.and_then(|at| purposes.get_mut(at)) {
            *purpose = Purpose::Outside;
        }
    }
    purposes
}

/// Breadth first from the goal backwards.
fn distances(goal: AreaAt, areas: usize, ways: &[Way]) -> Vec<Option<u32>> {
    let mut arriving: Vec<Vec<AreaAt>> = vec![Vec::new(); areas];
    for way in ways {
        if let Some(list) = arriving.get_mut(way.to) {
            list.push(way.from);
        }
    }
    let mut found: Vec<Option<u32>> = vec![None; areas];
    let mut next = VecDeque::from([(goal, 0)]);
    while let Some((area, distance)) = next.pop_front() {
        let Some(slot) = found.get_mut(area).filter(|slot| slot.is_none()) else { continue };
        *slot = Some(distance);
        for from in arriving.get(area).into_iter().flatten() {
            next.push_back((*from, distance + 1));
        }
    }
    found
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Outside, a campus, two dormitories, a canteen, a library, a lab inside a teaching building.
    pub(crate) fn college() -> Map {
        let area = |id: &str, parent: Option<&str>| {
            (AreaId::new(id).unwrap(), parent.map(|parent| AreaId::new(parent).unwrap()))
        };
        let areas = [
            area("outside", None),
            area("campus", None),
            area("dorm-1", Some("campus")),
            area("dorm-2", Some("campus")),
            area("canteen", Some("campus")),
            area("library", Some("campus")),
            area("teach-a", Some("campus")),
            area("hall-a", Some("teach-a")),
            area("lab-laser", Some("teach-a")),
        ];
        let mut gates = Vec::new();
        let mut readers = Vec::new();
        for (id, from, to, way_out) in [
            ("main-1", "outside", "campus", true),
            ("main-2", "outside", "campus", true),
            ("dorm-1-1", "campus", "dorm-1", true),
            ("dorm-2-1", "campus", "dorm-2", true),
            ("canteen-1", "campus", "canteen", false),
            ("library-1", "campus", "library", true),
            ("teach-a-1", "campus", "teach-a", true),
            ("hall-a-1", "teach-a", "hall-a", false),
            ("lab-1", "teach-a", "lab-laser", true),
        ] {
            let gate = GateId::new(id).unwrap();
            let area = AreaId::new(to).unwrap();
            let from = AreaId::new(from).unwrap();
            gates.push(MapGate {
                id: gate.clone(),
                area: area.clone(),
                from,
                to: area,
                sensor: true,
            });
            for direction in [Direction::In, Direction::Out] {
                if direction == Direction::In || way_out {
                    let id = ReaderId::new(&format!("{id}-{}", direction.as_str())).unwrap();
                    readers.push(MapReader { id, gate: gate.clone(), direction });
                }
            }
        }
        Map::build(&areas, gates, readers)
    }

    #[test]
    fn the_next_gate_lies_on_a_shortest_way() {
        let map = college();
        let place = |id: &str| map.place(&AreaId::new(id).unwrap()).unwrap();
        let mut at = place("dorm-1");
        let mut walked = Vec::new();
        while let Some(way) = map.towards(at, place("lab-laser")).next() {
            let way = &map.ways[way];
            assert_eq!(way.from, at);
            walked.push((map.gates[way.gate].id.as_str(), way.direction.as_str()));
            at = way.to;
        }
        assert_eq!(walked, [("dorm-1-1", "out"), ("teach-a-1", "in"), ("lab-1", "in")]);
        assert_eq!(
            map.towards(place("outside"), place("campus")).count(),
            2,
            "either lane will do"
        );
    }

    #[test]
    fn an_area_that_no_gate_leads_to_has_no_way() {
        let island = [(AreaId::new("a").unwrap(), None), (AreaId::new("b").unwrap(), None)];
        let map = Map::build(&island, Vec::new(), Vec::new());
        assert_eq!(map.towards(0, 1).count(), 0);
    }

    #[test]
    fn codes_tell_what_an_area_is_for() {
        let map = college();
        for (purpose, areas) in [
            (Purpose::Outside, &["outside"][..]),
            (Purpose::Ground, &["campus", "teach-a"]),
            (Purpose::Dormitory, &["dorm-1", "dorm-2"]),
            (Purpose::Canteen, &["canteen"]),
            (Purpose::Library, &["library"]),
            (Purpose::Laboratory, &["lab-laser"]),
            (Purpose::Teaching, &["hall-a"]),
        ] {
            let found: Vec<_> =
                map.for_purpose(purpose).into_iter().map(|at| map.areas[at].as_str()).collect();
            assert_eq!(found, areas, "{purpose:?}");
        }
    }
}
