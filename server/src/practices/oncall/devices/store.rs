//! The browsers in which people are called, in the database.

use std::collections::BTreeMap;

use kernel::{ItemRef, SpaceId};
use spine::{Conn, Fault, Row, Tx, params};

use super::Device;

/// The names of all browsers, by person.
///
/// # Errors
/// When the database refuses.
pub async fn all(
    conn: &mut Conn,
    space: &SpaceId,
) -> Result<BTreeMap<ItemRef, Vec<String>>, Fault> {
    let sql = "SELECT person, name FROM push_device WHERE space_id = $1 \
               ORDER BY person, created_at, name";
    let mut found: BTreeMap<ItemRef, Vec<String>> = BTreeMap::new();
    for row in conn.all(sql, params![space]).await? {
        found.entry(person(&row)?).or_default().push(row.get("name")?);
    }
    Ok(found)
}

/// The browsers of a person, the oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn of_person(
    conn: &mut Conn,
    space: &SpaceId,
    person: &ItemRef,
) -> Result<Vec<Device>, Fault> {
    let sql = "SELECT name, print, created_at FROM push_device \
               WHERE space_id = $1 AND person = $2 ORDER BY created_at, name";
    let device = |row: &Row| {
        let (name, print) = (row.get("name")?, row.get("print")?);
        Ok(Device { name, print, created_at: row.get("created_at")? })
    };
    conn.all(sql, params![space, person]).await?.iter().map(device).collect()
}

/// How a browser is reached, sealed.
///
/// # Errors
/// When the database refuses.
pub async fn sealed(
    conn: &mut Conn,
    space: &SpaceId,
    person: &ItemRef,
    name: &str,
) -> Result<Option<String>, Fault> {
    let sql = "SELECT sealed FROM push_device WHERE space_id = $1 AND person = $2 AND name = $3";
    let row = conn.first(sql, params![space, person, name]).await?;
    row.map(|row| row.get("sealed")).transpose()
}

/// Whose browser this is, and its name, when it was added before.
///
/// # Errors
/// When the database refuses.
pub async fn by_print(
    conn: &mut Conn,
    space: &SpaceId,
    print: &str,
) -> Result<Option<(ItemRef, String)>, Fault> {
    let sql = "SELECT person, name FROM push_device WHERE space_id = $1 AND print = $2";
    let row = conn.first(sql, params![space, print]).await?;
    row.map(|row| Ok((person(&row)?, row.get("name")?))).transpose()
}

/// Adds a browser; `false` when another node just added it, or one of its name.
///
/// # Errors
/// When the database refuses.
pub async fn insert(
    tx: &mut Tx,
    space: &SpaceId,
    person: &ItemRef,
    device: &Device,
    sealed: &str,
) -> Result<bool, Fault> {
    let sql = "INSERT INTO push_device (space_id, person, name, print, sealed, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let (name, print) = (&device.name, &device.print);
    let values = params![space, person, name, print, sealed, device.created_at];
    Ok(tx.run(sql, values).await? == 1)
}

/// Forgets a browser; `false` when there is none of that name.
///
/// # Errors
/// When the database refuses.
pub async fn delete(
    tx: &mut Tx,
    space: &SpaceId,
    person: &ItemRef,
    name: &str,
) -> Result<bool, Fault> {
    let sql = "DELETE FROM push_device WHERE space_id = $1 AND person = $2 AND name = $3";
    Ok(tx.run(sql, params![space, person, name]).await? == 1)
}

fn person(row: &Row) -> Result<ItemRef, Fault> {
    let text: String = row.get("person")?;
    text.parse::<ItemRef>().map_err(|error| Fault::corrupt("push device", error))
}
