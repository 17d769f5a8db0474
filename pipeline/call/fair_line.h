// A line in which tenants take turns, and each tenant's own come in the order of their arrival.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace docwright::pipeline {

// One owner, one thread.
template <class T>
class FairLine final {
 public:
  // Who waits, for take().
  struct Place {
    std::string tenant;
    std::uint64_t number = 0;
  };

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  Place join(const std::string& tenant, T waiter) {
    waiting_[tenant].emplace(++arrivals_, std::move(waiter));
    ++size_;
    return {tenant, arrivals_};
  }
  // Whose turn it is. Not of an empty line.
  const T& front() const { return next()->second.begin()->second; }
  T pop() {
    const auto tenant = next();
    served(tenant->first);
    return take(tenant, tenant->second.begin());
  }
  // The tenant has had a turn, in line or without having to wait: now it is the others'.
  void served(const std::string& tenant) { served_ = tenant; }
  // Leaves the line out of turn; nothing if it has left already.
  std::optional<T> take(const Place& place) {
    const auto tenant = waiting_.find(place.tenant);
    if (tenant == waiting_.end()) return std::nullopt;
    const auto waiter = tenant->second.find(place.number);
    if (waiter == tenant->second.end()) return std::nullopt;
    return take(tenant, waiter);
  }

 private:
  using OfTenant = std::map<std::uint64_t, T>;
  using Tenants = std::map<std::string, OfTenant>;  // only those who have somebody waiting

  // The tenant that follows the one who was served last, by name and round.
  typename Tenants::const_iterator next() const {
    const auto after = waiting_.upper_bound(served_);
    return after == waiting_.end() ? waiting_.begin() : after;
  }
  typename Tenants::iterator next() { return waiting_.find(std::as_const(*this).next()->first); }

  T take(typename Tenants::iterator tenant, typename OfTenant::iterator waiter) {
    T taken = std::move(waiter->second);
    tenant->second.erase(waiter);
    if (tenant->second.empty()) waiting_.erase(tenant);
    --size_;
    return taken;
  }

  Tenants waiting_;
  std::string served_;
  std::uint64_t arrivals_ = 0;
  std::size_t size_ = 0;
};

}  // namespace docwright::pipeline
