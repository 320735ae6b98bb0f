#include "services/crypto/signing.h"

#include "gtest/gtest.h"
#include "services/base/hex.h"

namespace weighbridge {
namespace {

std::string Bytes(std::string_view hex) {
  std::string bytes(hex.size() / 2, '\0');
  EXPECT_TRUE(HexDecode(hex, reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()));
  return bytes;
}

struct Vector {
  std::string_view name, key, message, signature;
};

// RFC 8032, section 7.1.
constexpr Vector kVectors[] = {
    {"Empty", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
     "55141438e7a"
     "100b"},
    {"OneByte", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
     "00d291612bb"
     "0c00"},
    {"TwoBytes", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc"
     "027beceea1e"
     "c40a"},
};

class VectorTest : public testing::TestWithParam<Vector> {};

TEST_P(VectorTest, VerifiesAndNothingElseDoes) {
  const absl::StatusOr<PublicKey> key = PublicKey::FromRaw(Bytes(GetParam().key));
  ASSERT_TRUE(key.ok()) << key.status();
  const std::string message = Bytes(GetParam().message), signature = Bytes(GetParam().signature);
  EXPECT_TRUE(key->Verify(message, signature));
  EXPECT_FALSE(key->Verify(message + "x", signature));
  EXPECT_FALSE(key->Verify(message, signature.substr(1)));
  EXPECT_FALSE(key->Verify(message, signature + '\0'));
  for (size_t byte = 0; byte < signature.size(); ++byte) {
    std::string changed = signature;
    changed[byte] ^= 1;
    EXPECT_FALSE(key->Verify(message, changed)) << byte;
  }
}

// S + L is the same number modulo the order of the group: a second signature that nobody made.
TEST_P(VectorTest, SecondSpellingOfASignatureIsRefused) {
  const absl::StatusOr<PublicKey> key = PublicKey::FromRaw(Bytes(GetParam().key));
  ASSERT_TRUE(key.ok());
  const std::string order = Bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  std::string signature = Bytes(GetParam().signature);
  int carry = 0;
  for (size_t i = 0; i < 32; ++i) {
    const int sum = static_cast<uint8_t>(signature[32 + i]) + static_cast<uint8_t>(order[i]) + carry;
    signature[32 + i] = static_cast<char>(sum & 0xff);
    carry = sum >> 8;
  }
  EXPECT_FALSE(key->Verify(Bytes(GetParam().message), signature));
}

INSTANTIATE_TEST_SUITE_P(Rfc8032, VectorTest, testing::ValuesIn(kVectors),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(SigningTest, RoundTrip) {
  const auto signer = Ed25519Signer::Generate();
  ASSERT_TRUE(signer.ok());
  const auto again = Ed25519Signer::FromPem((*signer)->ToPrivatePem());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->public_key(), (*signer)->public_key());
  const auto key = PublicKey::FromPem("\n" + (*signer)->public_key().ToPem() + "\n");
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->key_id(), (*signer)->public_key().key_id());
  EXPECT_TRUE(IsSha256Hex(key->key_id()));
  const auto signature = (*again)->Sign("message");
  ASSERT_TRUE(signature.ok());
  EXPECT_TRUE(key->Verify("message", *signature));
  EXPECT_FALSE(key->Verify("massage", *signature));
  const auto other = Ed25519Signer::Generate();
  EXPECT_FALSE((*other)->public_key().Verify("message", *signature));
}

struct BadKey {
  std::string_view name, raw;
};

class BadKeyTest : public testing::TestWithParam<BadKey> {};

TEST_P(BadKeyTest, IsRefused) { EXPECT_FALSE(PublicKey::FromRaw(Bytes(GetParam().raw)).ok()); }

INSTANTIATE_TEST_SUITE_P(
    Keys, BadKeyTest,
    testing::Values(BadKey{"Zero", "0000000000000000000000000000000000000000000000000000000000000000"},
                    BadKey{"ZeroNegative", "0000000000000000000000000000000000000000000000000000000000000080"},
                    BadKey{"Identity", "0100000000000000000000000000000000000000000000000000000000000000"},
                    BadKey{"IdentityNegative", "0100000000000000000000000000000000000000000000000000000000000080"},
                    BadKey{"OrderTwo", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
                    BadKey{"OrderEight", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"},
                    BadKey{"OrderEightToo", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"},
                    BadKey{"NotReduced", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
                    BadKey{"NotReducedMost", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
                    BadKey{"Short", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f70751"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(SigningTest, PemThatIsNone) {
  const auto signer = Ed25519Signer::Generate();
  const std::string pem = (*signer)->public_key().ToPem();
  EXPECT_FALSE(PublicKey::FromPem("").ok());
  EXPECT_FALSE(PublicKey::FromPem("x" + pem).ok());
  EXPECT_FALSE(PublicKey::FromPem(pem + "x").ok());
  EXPECT_FALSE(PublicKey::FromPem(pem + pem).ok()) << "two keys are no key";
  EXPECT_FALSE(PublicKey::FromPem((*signer)->ToPrivatePem()).ok());
  EXPECT_FALSE(Ed25519Signer::FromPem(pem).ok());
  EXPECT_FALSE(PublicKey::FromPem(pem.substr(0, pem.size() / 2)).ok());
  EXPECT_FALSE(PublicKey::FromPem(std::string(kPemMaxBytes + 1, ' ')).ok());
}

TEST(SigningTest, RandomBytesDiffer) { EXPECT_NE(RandomBytes(16), RandomBytes(16)); }

}  // namespace
}  // namespace weighbridge
