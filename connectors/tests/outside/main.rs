//! The connectors against the outside: what other people's programs sent and answered, hostile
//! input, and small servers that answer as the real ones do.

#[cfg(test)]
mod alertmanager;
#[cfg(test)]
mod alertmanager_config;
#[cfg(test)]
mod email;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod mailserver;
#[cfg(test)]
mod receivers;
#[cfg(test)]
mod transport;
#[cfg(test)]
mod webhook;
