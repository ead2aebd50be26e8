use sqlx::{Connection as _, PgConnection};

/// A database of a test's own on the PostgreSQL that `OPERATE_TEST_POSTGRES` names.
pub struct Database {
    /// Its address.
    pub url: String,
    server: String,
    name: String,
}

impl Database {
    /// A new one, named after the test; none where there is no PostgreSQL.
    pub async fn fresh(test: &str) -> Option<Database> {
        let Ok(server) = std::env::var("OPERATE_TEST_POSTGRES") else {
            println!("OPERATE_TEST_POSTGRES names no PostgreSQL: nothing to do");
            return None;
        };
        let name = format!("operate_{test}_{}", std::process::id());
        tell(&server, format!("CREATE DATABASE {name}")).await;
        let (base, _) = server.rsplit_once('/').expect("the address names a database");
        Some(Database { url: format!("{base}/{name}"), server, name })
    }

    /// Drops it, whoever is connected.
    pub async fn drop(self) {
        tell(&self.server, format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

/// Tells the PostgreSQL server something.
async fn tell(server: &str, statement: String) {
    let mut connection = PgConnection::connect(server).await.expect("PostgreSQL answers");
    let told = sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await;
    told.unwrap_or_else(|error| panic!("{error}"));
}
