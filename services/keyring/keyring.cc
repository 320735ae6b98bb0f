#include "services/keyring/keyring.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/json_util.h"
#include "services/approval/refusal.h"
#include "services/base/hex.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/source/owned_fd.h"

namespace weighbridge::keyring {
namespace {

constexpr size_t kFileMaxBytes = approval::kTrustFileMaxBytes;
constexpr size_t kNameMaxBytes = 200;
constexpr char kDefaultName[] = "default";
constexpr char kTrustName[] = "trust.json";

absl::Status SystemError(std::string_view what, const std::string& path) {
  const int error = errno;
  const std::string message =
      absl::StrFormat("cannot %s %s: %s", std::string(what), Printable(path), std::strerror(error));
  if (error == ENOENT) return absl::NotFoundError(message);
  if (error == EACCES || error == EPERM || error == EROFS || error == ELOOP)
    return absl::PermissionDeniedError(message);
  return absl::UnavailableError(message);
}

// What only this account may touch: its own, with no bit for anybody else.
absl::Status CheckPrivate(const struct stat& info, const std::string& path, std::string_view mode) {
  if (info.st_uid != geteuid()) {
    return absl::PermissionDeniedError(absl::StrFormat("%s belongs to another account", Printable(path)));
  }
  if ((info.st_mode & 077) != 0) {
    return absl::PermissionDeniedError(absl::StrFormat("%s can be read or written by others (mode %04o): chmod %s %s",
                                                       Printable(path), info.st_mode & 07777, std::string(mode),
                                                       Printable(path)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadWhole(int fd, const std::string& path) {
  std::string bytes;
  char block[16384];
  while (true) {
    const ssize_t got = read(fd, block, sizeof(block));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError("read", path);
    if (got == 0) return bytes;
    bytes.append(block, static_cast<size_t>(got));
    if (bytes.size() > kFileMaxBytes) {
      return absl::InvalidArgumentError(absl::StrFormat("%s is larger than %d bytes", Printable(path), kFileMaxBytes));
    }
  }
}

struct OpenedFile {
  source::OwnedFd fd;
  struct stat info = {};
};

// A regular file, never waiting for one that is none. `follow`: links in the path are the user's own words.
absl::StatusOr<OpenedFile> OpenRegular(const std::string& path, bool follow) {
  OpenedFile file;
  file.fd =
      source::OwnedFd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW)));
  if (file.fd.get() < 0) return SystemError("open", path);
  if (fstat(file.fd.get(), &file.info) != 0) return SystemError("look at", path);
  if (!S_ISREG(file.info.st_mode)) return absl::InvalidArgumentError(absl::StrFormat("%s is no file", Printable(path)));
  return file;
}

absl::StatusOr<std::string> ReadPrivate(const std::string& path) {
  WB_ASSIGN_OR_RETURN(const OpenedFile file, OpenRegular(path, /*follow=*/false));
  WB_RETURN_IF_ERROR(CheckPrivate(file.info, path, "600"));
  return ReadWhole(file.fd.get(), path);
}

// Whole or not at all: written beside, flushed, renamed.
absl::Status WritePrivate(const std::string& folder, const std::string& name, std::string_view bytes) {
  const std::string path = folder + "/" + name;
  std::string temporary = folder + "/.new-XXXXXX";
  const source::OwnedFd fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (fd.get() < 0) return SystemError("write in", folder);
  absl::Status status;
  for (size_t done = 0; status.ok() && done < bytes.size();) {
    const ssize_t wrote = write(fd.get(), bytes.data() + done, bytes.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) status = SystemError("write", path);
    if (wrote > 0) done += static_cast<size_t>(wrote);
  }
  if (status.ok() && (fchmod(fd.get(), 0600) != 0 || fsync(fd.get()) != 0)) status = SystemError("write", path);
  if (status.ok() && rename(temporary.c_str(), path.c_str()) != 0) status = SystemError("write", path);
  if (!status.ok()) {
    unlink(temporary.c_str());
    return status;
  }
  const source::OwnedFd directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || fsync(directory.get()) != 0) return SystemError("write", folder);
  return absl::OkStatus();
}

// One process at a time changes the folder; released when the descriptor closes.
absl::StatusOr<source::OwnedFd> Lock(const std::string& folder) {
  source::OwnedFd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || flock(fd.get(), LOCK_EX) != 0) return SystemError("lock", folder);
  return fd;
}

absl::Status MakeFolders(const std::string& path) {
  for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) return SystemError("make the folder", part);
    if (slash == std::string::npos) return absl::OkStatus();
  }
}

v1::KeyRecord RecordOf(const PublicKey& key, std::string name, std::string trust, bool has_private_key) {
  v1::KeyRecord record;
  record.set_schema_version(1);
  record.set_key_id(key.key_id());
  record.set_name(std::move(name));
  record.set_trust(std::move(trust));
  record.set_has_private_key(has_private_key);
  record.set_public_key(key.ToPem());
  return record;
}

absl::StatusOr<v1::TrustFile> ReadTrust(const std::string& folder) {
  v1::TrustFile trust;
  const absl::StatusOr<std::string> bytes = ReadPrivate(folder + "/" + kTrustName);
  if (absl::IsNotFound(bytes.status())) return trust;
  if (!bytes.ok()) return bytes.status();
  if (!google::protobuf::util::JsonStringToMessage(*bytes, &trust).ok()) {
    return absl::DataLossError(absl::StrFormat("%s/%s is damaged", Printable(folder), kTrustName));
  }
  return trust;
}

absl::Status WriteTrust(const std::string& folder, const v1::TrustFile& trust) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.add_whitespace = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(trust, &json, options).ok()) {
    return absl::InvalidArgumentError("a name or reason is no UTF-8");
  }
  return WritePrivate(folder, kTrustName, json);
}

struct OwnKey {
  std::unique_ptr<Ed25519Signer> signer;
  std::string name;
};

absl::StatusOr<OwnKey> ReadOwn(const std::string& folder, const std::string& key_id) {
  const std::string path = folder + "/" + key_id + ".pem";
  WB_ASSIGN_OR_RETURN(const std::string pem, ReadPrivate(path));
  OwnKey key;
  absl::StatusOr<std::unique_ptr<Ed25519Signer>> signer = Ed25519Signer::FromPem(pem);
  if (!signer.ok()) {
    return absl::DataLossError(absl::StrFormat("%s: %s", Printable(path), std::string(signer.status().message())));
  }
  key.signer = *std::move(signer);
  if (key.signer->public_key().key_id() != key_id) {
    return absl::DataLossError(absl::StrFormat("%s holds another key than its name says", Printable(path)));
  }
  const absl::StatusOr<std::string> name = ReadPrivate(folder + "/" + key_id + ".name");
  if (name.ok()) key.name = Printable(*name);
  return key;
}

absl::StatusOr<std::vector<std::string>> OwnIds(const std::string& folder) {
  DIR* directory = opendir(folder.c_str());
  if (directory == nullptr) return SystemError("list", folder);
  std::vector<std::string> ids;
  while (const dirent* entry = readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name.size() == 68 && name.substr(64) == ".pem" && IsSha256Hex(name.substr(0, 64)))
      ids.emplace_back(name.substr(0, 64));
  }
  closedir(directory);
  std::sort(ids.begin(), ids.end());
  return ids;
}

// The folder that holds a file, and whether this account could replace the file in it.
absl::Status CheckNotReplaceable(const std::string& path, const struct stat& info) {
  const auto refuse = [&](const std::string& why) {
    return approval::Refuse(v1::RefusalReason::trust_unsafe, absl::StrFormat("%s %s", Printable(path), why),
                            Printable(path));
  };
  const uid_t self = geteuid();
  const auto open_to_others = [](const struct stat& s) { return (s.st_mode & 022) != 0; };
  char* real = realpath(path.c_str(), nullptr);
  if (real == nullptr) return SystemError("find", path);
  std::string folder(real);
  std::free(real);
  folder.resize(std::max<size_t>(folder.rfind('/'), 1));
  struct stat in = {};
  if (stat(folder.c_str(), &in) != 0) return SystemError("look at", folder);
  if (self != 0 && info.st_uid == self) return refuse("belongs to the account that runs the engine");
  if (self != 0 && in.st_uid == self) return refuse("lies in a folder of the account that runs the engine");
  if (open_to_others(info))
    return refuse(absl::StrFormat("can be written by others (mode %04o)", info.st_mode & 07777));
  // A sticky folder lets nobody replace what is not his.
  if (open_to_others(in) && (in.st_mode & S_ISVTX) == 0) {
    return refuse(absl::StrFormat("lies in a folder that others can write (mode %04o)", in.st_mode & 07777));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> Keyring::DefaultFolder() {
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && data[0] == '/') return std::string(data) + "/weighbridge/keys";
  const char* home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') return absl::FailedPreconditionError("neither XDG_DATA_HOME nor HOME is set");
  return std::string(home) + "/.local/share/weighbridge/keys";
}

absl::StatusOr<Keyring> Keyring::Open(const std::string& folder) {
  struct stat info = {};
  if (lstat(folder.c_str(), &info) != 0) return SystemError("open the folder of keys", folder);
  if (!S_ISDIR(info.st_mode)) return absl::PermissionDeniedError(absl::StrFormat("%s is no folder", Printable(folder)));
  WB_RETURN_IF_ERROR(CheckPrivate(info, folder, "700"));
  return Keyring(folder);
}

absl::StatusOr<Keyring> Keyring::OpenOrCreate(const std::string& folder) {
  absl::StatusOr<Keyring> keyring = Open(folder);
  if (!absl::IsNotFound(keyring.status())) return keyring;
  WB_RETURN_IF_ERROR(MakeFolders(folder));
  return Open(folder);
}

absl::StatusOr<v1::KeyRecord> Keyring::Init(std::string_view name) {
  if (name.size() > kNameMaxBytes || !IsPlainName(name)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("a name of a key has at most %d plain characters", kNameMaxBytes));
  }
  WB_ASSIGN_OR_RETURN(const source::OwnedFd lock, Lock(folder_));
  WB_ASSIGN_OR_RETURN(const std::unique_ptr<Ed25519Signer> signer, Ed25519Signer::Generate());
  const std::string& id = signer->public_key().key_id();
  WB_RETURN_IF_ERROR(WritePrivate(folder_, id + ".name", name));
  WB_RETURN_IF_ERROR(WritePrivate(folder_, id + ".pem", signer->ToPrivatePem()));
  v1::KeyRecord record = RecordOf(signer->public_key(), std::string(name), "self", true);
  struct stat info = {};
  if (lstat((folder_ + "/" + kDefaultName).c_str(), &info) != 0) {
    if (errno != ENOENT) return SystemError("look at", folder_ + "/" + kDefaultName);
    WB_RETURN_IF_ERROR(WritePrivate(folder_, kDefaultName, id));
    record.set_is_default(true);
  }
  return record;
}

absl::StatusOr<std::vector<v1::KeyRecord>> Keyring::List() const {
  WB_ASSIGN_OR_RETURN(const v1::TrustFile trust, ReadTrust(folder_));
  WB_ASSIGN_OR_RETURN(const std::vector<std::string> ids, OwnIds(folder_));
  const absl::StatusOr<std::string> default_id = ReadPrivate(folder_ + "/" + kDefaultName);
  const auto is_distrusted = [&](const std::string& id) {
    return std::any_of(trust.distrusted().begin(), trust.distrusted().end(),
                       [&](const v1::DistrustedKey& key) { return key.key_id() == id; });
  };
  std::vector<v1::KeyRecord> records;
  for (const std::string& id : ids) {
    WB_ASSIGN_OR_RETURN(const OwnKey key, ReadOwn(folder_, id));
    records.push_back(RecordOf(key.signer->public_key(), key.name, is_distrusted(id) ? "distrusted" : "self", true));
    records.back().set_is_default(default_id.ok() && *default_id == id);
  }
  const auto known = [&](const std::string& id) {
    return std::any_of(records.begin(), records.end(),
                       [&](const v1::KeyRecord& record) { return record.key_id() == id; });
  };
  for (const v1::TrustedKey& entry : trust.keys()) {
    const absl::StatusOr<PublicKey> key = PublicKey::FromPem(entry.public_key());
    if (!key.ok()) return absl::DataLossError(absl::StrFormat("%s/%s is damaged", Printable(folder_), kTrustName));
    if (known(key->key_id())) continue;
    records.push_back(RecordOf(*key, entry.name(), is_distrusted(key->key_id()) ? "distrusted" : "local", false));
  }
  for (const v1::DistrustedKey& entry : trust.distrusted()) {
    if (known(entry.key_id())) continue;
    v1::KeyRecord& record = records.emplace_back();
    record.set_schema_version(1);
    record.set_key_id(entry.key_id());
    record.set_trust("distrusted");
  }
  return records;
}

absl::StatusOr<std::unique_ptr<Signer>> Keyring::OpenSigner(std::string_view key_id) const {
  std::string id(key_id);
  if (id.empty()) {
    absl::StatusOr<std::string> default_id = ReadPrivate(folder_ + "/" + kDefaultName);
    if (absl::IsNotFound(default_id.status())) return absl::NotFoundError("there is no key yet: weighbridge keys init");
    if (!default_id.ok()) return default_id.status();
    id = *std::move(default_id);
  }
  WB_ASSIGN_OR_RETURN(const std::vector<std::string> ids, OwnIds(folder_));
  std::vector<std::string> fitting;
  for (const std::string& own : ids) {
    if (id.size() >= 8 && own.compare(0, id.size(), id) == 0) fitting.push_back(own);
  }
  if (fitting.empty()) return absl::NotFoundError(absl::StrFormat("there is no private key %s", Printable(id)));
  if (fitting.size() > 1)
    return absl::InvalidArgumentError(absl::StrFormat("several keys begin with %s", Printable(id)));
  WB_ASSIGN_OR_RETURN(const v1::TrustFile trust, ReadTrust(folder_));
  for (const v1::DistrustedKey& key : trust.distrusted()) {
    if (key.key_id() == fitting.front()) {
      return absl::PermissionDeniedError(absl::StrFormat("the key %s was distrusted", fitting.front().substr(0, 12)));
    }
  }
  WB_ASSIGN_OR_RETURN(OwnKey key, ReadOwn(folder_, fitting.front()));
  return std::unique_ptr<Signer>(std::move(key.signer));
}

absl::StatusOr<v1::KeyRecord> Keyring::Trust(std::string_view pem, std::string_view name) {
  if (name.size() > kNameMaxBytes || !IsPlainName(name)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("a name of a key has at most %d plain characters", kNameMaxBytes));
  }
  WB_ASSIGN_OR_RETURN(const PublicKey key, PublicKey::FromPem(pem));
  WB_ASSIGN_OR_RETURN(const source::OwnedFd lock, Lock(folder_));
  WB_ASSIGN_OR_RETURN(v1::TrustFile trust, ReadTrust(folder_));
  for (const v1::DistrustedKey& entry : trust.distrusted()) {
    if (entry.key_id() == key.key_id()) {
      return absl::PermissionDeniedError(
          absl::StrFormat("the key %s was distrusted, which is for good: make a new key", key.key_id().substr(0, 12)));
    }
  }
  bool known = false;
  for (const v1::TrustedKey& entry : trust.keys()) {
    const absl::StatusOr<PublicKey> other = PublicKey::FromPem(entry.public_key());
    known = known || (other.ok() && *other == key);
  }
  if (!known) {
    v1::TrustedKey& entry = *trust.add_keys();
    entry.set_name(std::string(name));
    entry.set_public_key(key.ToPem());
    WB_RETURN_IF_ERROR(WriteTrust(folder_, trust));
  }
  return RecordOf(key, std::string(name), "local", false);
}

absl::StatusOr<v1::KeyRecord> Keyring::Distrust(std::string_view key_id, std::string_view reason) {
  if (reason.empty() || !IsValidUtf8(reason)) return absl::InvalidArgumentError("a distrusted key needs a reason");
  WB_ASSIGN_OR_RETURN(const source::OwnedFd lock, Lock(folder_));
  WB_ASSIGN_OR_RETURN(const std::vector<v1::KeyRecord> records, List());
  std::vector<v1::KeyRecord> fitting;
  for (const v1::KeyRecord& record : records) {
    if (key_id.size() >= 8 && record.key_id().compare(0, key_id.size(), key_id) == 0) fitting.push_back(record);
  }
  if (fitting.size() > 1)
    return absl::InvalidArgumentError(absl::StrFormat("several keys begin with %s", Printable(key_id)));
  if (fitting.empty()) {
    // One that was never seen here can be distrusted too, by its whole id.
    if (!IsSha256Hex(key_id)) return absl::NotFoundError(absl::StrFormat("there is no key %s", Printable(key_id)));
    fitting.emplace_back().set_schema_version(1);
    fitting.back().set_key_id(std::string(key_id));
  }
  v1::KeyRecord record = fitting.front();
  if (record.trust() != "distrusted") {
    WB_ASSIGN_OR_RETURN(v1::TrustFile trust, ReadTrust(folder_));
    v1::DistrustedKey& entry = *trust.add_distrusted();
    entry.set_key_id(record.key_id());
    entry.set_reason(std::string(reason));
    WB_RETURN_IF_ERROR(WriteTrust(folder_, trust));
    record.set_trust("distrusted");
  }
  return record;
}

absl::StatusOr<approval::TrustedKeys> Keyring::Trusted() const {
  approval::TrustedKeys trusted;
  WB_ASSIGN_OR_RETURN(const std::vector<std::string> ids, OwnIds(folder_));
  for (const std::string& id : ids) {
    WB_ASSIGN_OR_RETURN(const OwnKey key, ReadOwn(folder_, id));
    trusted.Trust({key.signer->public_key(), key.name, "self"});
  }
  WB_ASSIGN_OR_RETURN(const v1::TrustFile trust, ReadTrust(folder_));
  for (const v1::TrustedKey& entry : trust.keys()) {
    absl::StatusOr<PublicKey> key = PublicKey::FromPem(entry.public_key());
    if (!key.ok()) return absl::DataLossError(absl::StrFormat("%s/%s is damaged", Printable(folder_), kTrustName));
    trusted.Trust({*std::move(key), entry.name(), "local"});
  }
  for (const v1::DistrustedKey& entry : trust.distrusted()) trusted.Distrust({entry.key_id(), entry.reason()});
  return trusted;
}

absl::StatusOr<approval::TrustedKeys> Keyring::TrustedByDefault() {
  const absl::StatusOr<std::string> folder = DefaultFolder();
  if (!folder.ok()) return approval::TrustedKeys();
  const absl::StatusOr<Keyring> keyring = Open(*folder);
  if (absl::IsNotFound(keyring.status())) return approval::TrustedKeys();
  if (!keyring.ok()) return keyring.status();
  return keyring->Trusted();
}

absl::StatusOr<std::unique_ptr<Signer>> ReadSigningKey(const std::string& path) {
  WB_ASSIGN_OR_RETURN(const std::string pem, ReadPrivate(path));
  absl::StatusOr<std::unique_ptr<Ed25519Signer>> signer = Ed25519Signer::FromPem(pem);
  if (!signer.ok()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: %s", Printable(path), std::string(signer.status().message())));
  }
  return std::unique_ptr<Signer>(*std::move(signer));
}

absl::StatusOr<approval::TrustedKeys> ReadTrustFile(const std::string& path, bool must_not_be_writable) {
  WB_ASSIGN_OR_RETURN(const OpenedFile file, OpenRegular(path, /*follow=*/true));
  if (must_not_be_writable) WB_RETURN_IF_ERROR(CheckNotReplaceable(path, file.info));
  WB_ASSIGN_OR_RETURN(const std::string bytes, ReadWhole(file.fd.get(), path));
  return approval::ParseTrustFile(bytes, path, "file");
}

}  // namespace weighbridge::keyring
