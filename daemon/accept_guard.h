// Keeps libzmq 4.3.4 alive when descriptors run out.
//
// Its ipc listener aborts the process where accept() says EMFILE, and there is no way to make a
// listener pause: unbinding it cuts every connection that it has accepted. So the program has an
// accept4() of its own, which libzmq finds before the C library's. It takes a connection and closes
// it again where few descriptors are left; the client tries again by itself, those who are
// connected are served, and the rest of the daemon keeps descriptors for the database, providers
// and children. A new descriptor is always the lowest free number, so its number alone says how
// many are in use.
#pragma once

namespace docwright::daemon {

// How many descriptors are kept for everything but connections, of a limit of so many.
constexpr int descriptors_kept(int limit) {
  return limit / 5 < 128 ? 128 : limit / 5;
}

// Whether a connection with this descriptor may stay.
constexpr bool may_stay(int descriptor, int limit) {
  return descriptor < limit - descriptors_kept(limit);
}

// Does nothing: a call links this accept4() into the program.
void guard_accept();

}  // namespace docwright::daemon
