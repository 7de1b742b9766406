//! Which time zones people can choose from. Days and moments in them are delivery::timezone's business.

use jiff::tz::{TimeZone, TimeZoneDatabase};

pub fn is_known(zone: &str) -> bool {
    !zone.is_empty() && TimeZone::get(zone).is_ok()
}

/// The zones people choose from: IANA names by place, and UTC.
pub fn list() -> Vec<String> {
    let database = TimeZoneDatabase::bundled();
    let mut names: Vec<String> = database
        .available()
        .map(|name| name.as_str().to_owned())
        .filter(|name| name == "UTC" || is_place(name))
        .collect();
    names.sort();
    names.dedup();
    names
}

fn is_place(name: &str) -> bool {
    const AREAS: [&str; 10] = [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ];
    name.split_once('/')
        .is_some_and(|(area, _)| AREAS.contains(&area))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_to_choose_from_are_all_known() {
        let zones = list();
        assert!(zones.len() > 300);
        for name in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"] {
            assert!(zones.iter().any(|zone| zone == name), "{name}");
        }
        assert!(zones.iter().all(|zone| is_known(zone)));
        assert!(!is_known("Europe/Atlantis") && !is_known(""));
    }
}
