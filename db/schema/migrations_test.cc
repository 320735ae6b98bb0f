#include "db/schema/migrations.h"

#include <iterator>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "db/sqlite/database.h"
#include "gtest/gtest.h"
#include "services/crypto/sha256.h"

namespace weighbridge::db {
namespace {

// The migrations that exist, with the digest of their SQL. A row never changes once a release carries it: databases in
// the field record the digest and refuse another one. To change the schema, add a file and a row.
struct Pinned {
  const char* name;
  const char* sha256;
};
constexpr Pinned kPinned[] = {
    {"0001_audits", "2a8427191eb1fc738983eb77392a706b6c8eaae0cc1b3963806f9e2450ba2d7d"},
    {"0002_known_digests", "5c3d9c1f03c219fa49eba5e7f5a59d534f420e0e501670a50e0528eafb03dec9"},
    {"0003_chain", "b774b2a32a5aa36d547916711803f53a9b8b9ad7d2c2b0c716c5565c1537d7f8"},
    {"0004_answer_log", "b88ef6c248a46f7cab31e768e51b2f959bf36844381a2ec959a480406b52480c"},
};

TEST(MigrationsTest, AreAppendOnly) {
  ASSERT_EQ(Migrations().size(), std::size(kPinned));
  for (size_t i = 0; i < Migrations().size(); ++i) {
    EXPECT_EQ(Migrations()[i].number, static_cast<int>(i) + 1);
    EXPECT_EQ(Migrations()[i].name, kPinned[i].name);
    EXPECT_EQ(Sha256Hex(Migrations()[i].sql), kPinned[i].sha256) << Migrations()[i].name;
  }
}

TEST(MigrationsTest, EveryTableIsStrict) {
  DatabaseOptions options;
  options.path = ":memory:";
  options.application_id = kStoreApplicationId;
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(options);
  ASSERT_TRUE(database.ok()) << database.status();
  const absl::Status migrated = Migrate(database->get(), Migrations());
  ASSERT_TRUE(migrated.ok()) << migrated;
  absl::StatusOr<int64_t> lax = (*database)->QueryInt64(
      "SELECT count(*) FROM pragma_table_list"
      " WHERE schema = 'main' AND strict = 0 AND name NOT GLOB 'sqlite_*'");
  ASSERT_TRUE(lax.ok()) << lax.status();
  EXPECT_EQ(*lax, 0);
}

}  // namespace
}  // namespace weighbridge::db
