#include "tests/faults/fault_vfs.h"

#include <sqlite3.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <new>
#include <random>
#include <vector>

namespace docwright::test {
namespace {

// One change of a file that is not synced yet. A truncation has no bytes.
struct Pending {
  std::int64_t offset = 0;
  std::string bytes;
  bool truncates = false;
};

// A file as it surely is on the disk, and what may or may not be there as well.
struct Image {
  std::string durable;
  std::vector<Pending> pending;
};

void apply(std::string& content, const Pending& change, std::size_t most) {
  const auto offset = static_cast<std::size_t>(change.offset);
  if (change.truncates) {
    content.resize(offset);
    return;
  }
  const std::size_t length = std::min(most, change.bytes.size());
  if (content.size() < offset + length) content.resize(offset + length);
  content.replace(offset, length, change.bytes, 0, length);
}

}  // namespace

struct FaultyDisk::State {
  sqlite3_vfs vfs{};
  sqlite3_vfs* real = nullptr;

  mutable std::mutex mutex;
  // Guarded by mutex.
  Plan plan;
  bool power = true;
  std::int64_t calls = 0;
  std::map<std::string, Image> images;

  // The error of this call; 0: it goes through.
  int ask(Call call) {
    if (!power) return SQLITE_IOERR;
    ++calls;
    return plan ? plan(call, calls) : 0;
  }
};

namespace {

struct File {
  sqlite3_file base;
  FaultyDisk::State* disk;
  std::string* path;
  sqlite3_file* real;  // in the memory behind this struct
};

File& file_of(sqlite3_file* base) {
  return *reinterpret_cast<File*>(base);
}

// Files that only this boot of the machine needs (the WAL's index) and unnamed ones are not part of
// the image.
Image* image_of(File& file) {
  return file.path->empty() ? nullptr : &file.disk->images[*file.path];
}

int close(sqlite3_file* base) {
  File& file = file_of(base);
  const int code =
      file.real->pMethods != nullptr ? file.real->pMethods->xClose(file.real) : SQLITE_OK;
  delete file.path;
  return code;
}

int read(sqlite3_file* base, void* to, int length, sqlite3_int64 offset) {
  File& file = file_of(base);
  {
    const std::scoped_lock lock(file.disk->mutex);
    if (!file.disk->power) return SQLITE_IOERR_READ;
  }
  return file.real->pMethods->xRead(file.real, to, length, offset);
}

int write(sqlite3_file* base, const void* from, int length, sqlite3_int64 offset) {
  File& file = file_of(base);
  const std::scoped_lock lock(file.disk->mutex);
  if (const int code = file.disk->ask(Call::write); code != 0) return code;
  if (Image* image = image_of(file)) {
    image->pending.push_back(
        {offset, std::string(static_cast<const char*>(from), static_cast<std::size_t>(length)),
         false});
  }
  return file.real->pMethods->xWrite(file.real, from, length, offset);
}

int truncate(sqlite3_file* base, sqlite3_int64 size) {
  File& file = file_of(base);
  const std::scoped_lock lock(file.disk->mutex);
  if (const int code = file.disk->ask(Call::truncate); code != 0) return code;
  if (Image* image = image_of(file)) image->pending.push_back({size, {}, true});
  return file.real->pMethods->xTruncate(file.real, size);
}

int sync(sqlite3_file* base, int) {
  File& file = file_of(base);
  const std::scoped_lock lock(file.disk->mutex);
  if (const int code = file.disk->ask(Call::sync); code != 0) return code;
  if (Image* image = image_of(file)) {
    for (const Pending& change : image->pending) apply(image->durable, change, std::string::npos);
    image->pending.clear();
  }
  return SQLITE_OK;  // the image is this test's disk: the real one need not be waited for
}

int file_size(sqlite3_file* base, sqlite3_int64* size) {
  return file_of(base).real->pMethods->xFileSize(file_of(base).real, size);
}
int lock(sqlite3_file* base, int level) {
  return file_of(base).real->pMethods->xLock(file_of(base).real, level);
}
int unlock(sqlite3_file* base, int level) {
  return file_of(base).real->pMethods->xUnlock(file_of(base).real, level);
}
int check_reserved(sqlite3_file* base, int* out) {
  return file_of(base).real->pMethods->xCheckReservedLock(file_of(base).real, out);
}
int control(sqlite3_file* base, int operation, void* argument) {
  return file_of(base).real->pMethods->xFileControl(file_of(base).real, operation, argument);
}
int sector_size(sqlite3_file* base) {
  return file_of(base).real->pMethods->xSectorSize(file_of(base).real);
}
int characteristics(sqlite3_file* base) {
  return file_of(base).real->pMethods->xDeviceCharacteristics(file_of(base).real);
}
int shm_map(sqlite3_file* base, int page, int size, int extend, void volatile** out) {
  return file_of(base).real->pMethods->xShmMap(file_of(base).real, page, size, extend, out);
}
int shm_lock(sqlite3_file* base, int offset, int n, int flags) {
  return file_of(base).real->pMethods->xShmLock(file_of(base).real, offset, n, flags);
}
void shm_barrier(sqlite3_file* base) {
  file_of(base).real->pMethods->xShmBarrier(file_of(base).real);
}
int shm_unmap(sqlite3_file* base, int remove) {
  return file_of(base).real->pMethods->xShmUnmap(file_of(base).real, remove);
}

constexpr sqlite3_io_methods kMethods = {2,
                                         close,
                                         read,
                                         write,
                                         truncate,
                                         sync,
                                         file_size,
                                         lock,
                                         unlock,
                                         check_reserved,
                                         control,
                                         sector_size,
                                         characteristics,
                                         shm_map,
                                         shm_lock,
                                         shm_barrier,
                                         shm_unmap,
                                         nullptr,
                                         nullptr};

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* base, int flags, int* out_flags) {
  auto* disk = static_cast<FaultyDisk::State*>(vfs->pAppData);
  File& file = *new (base) File{};
  file.disk = disk;
  file.real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(base) + sizeof(File));
  std::memset(file.real, 0, static_cast<std::size_t>(disk->real->szOsFile));
  {
    const std::scoped_lock lock(disk->mutex);
    if (!disk->power) return SQLITE_CANTOPEN;
  }
  const int code = disk->real->xOpen(disk->real, name, file.real, flags, out_flags);
  if (file.real->pMethods == nullptr) return code;
  file.path = new std::string(name == nullptr ? "" : name);
  file.base.pMethods = &kMethods;
  return code;
}

int remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  auto* disk = static_cast<FaultyDisk::State*>(vfs->pAppData);
  const std::scoped_lock lock(disk->mutex);
  if (!disk->power) return SQLITE_IOERR_DELETE;
  disk->images.erase(name);
  return disk->real->xDelete(disk->real, name, sync_folder);
}

}  // namespace

FaultyDisk::FaultyDisk() : state_(std::make_unique<State>()) {
  sqlite3_initialize();
  state_->real = sqlite3_vfs_find("unix");
  state_->vfs = *state_->real;
  state_->vfs.zName = "docwright-faults";
  state_->vfs.szOsFile = static_cast<int>(sizeof(File)) + state_->real->szOsFile;
  state_->vfs.pNext = nullptr;
  state_->vfs.pAppData = state_.get();
  state_->vfs.xOpen = open;
  state_->vfs.xDelete = remove;
  // The real one's other functions look at their own VFS only for its name and its finder of files.
  state_->vfs.xAccess = [](sqlite3_vfs* vfs, const char* name, int flags, int* out) {
    auto* real = static_cast<State*>(vfs->pAppData)->real;
    return real->xAccess(real, name, flags, out);
  };
  state_->vfs.xFullPathname = [](sqlite3_vfs* vfs, const char* name, int size, char* out) {
    auto* real = static_cast<State*>(vfs->pAppData)->real;
    return real->xFullPathname(real, name, size, out);
  };
  if (sqlite3_vfs_register(&state_->vfs, 1) != SQLITE_OK) std::abort();
}

FaultyDisk::~FaultyDisk() {
  sqlite3_vfs_unregister(&state_->vfs);
  sqlite3_vfs_register(state_->real, 1);
}

void FaultyDisk::set_plan(Plan plan) {
  const std::scoped_lock lock(state_->mutex);
  state_->plan = std::move(plan);
}

int FaultyDisk::cut_power() {
  state_->power = false;  // within a plan: the lock is held
  return SQLITE_IOERR;
}

bool FaultyDisk::has_power() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->power;
}

void FaultyDisk::restore_power() {
  const std::scoped_lock lock(state_->mutex);
  state_->plan = {};
  state_->power = true;
  state_->images.clear();
}

std::int64_t FaultyDisk::calls() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->calls;
}

void FaultyDisk::crash_image(const std::string& folder, unsigned seed) const {
  const std::scoped_lock lock(state_->mutex);
  std::mt19937 random(seed);
  for (const auto& [path, image] : state_->images) {
    std::string content = image.durable;
    for (const Pending& change : image.pending) {
      switch (random() % 3) {
        case 0:
          apply(content, change, std::string::npos);
          break;
        case 1:
          apply(content, change,
                change.truncates ? 0 : random() % (change.bytes.size() / 512 + 1) * 512);
          break;
        default:
          break;
      }
    }
    const auto name = std::filesystem::path(path).filename();
    std::ofstream(std::filesystem::path(folder) / name, std::ios::binary) << content;
  }
}

}  // namespace docwright::test
