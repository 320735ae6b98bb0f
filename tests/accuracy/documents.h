// Invented documents in the manner of those that lie beside software and are no licences: changelogs, privacy policies,
// terms of service. Every sentence was written for this project.
#ifndef WEIGHBRIDGE_TESTS_ACCURACY_DOCUMENTS_H_
#define WEIGHBRIDGE_TESTS_ACCURACY_DOCUMENTS_H_

#include <string>

#include "tests/mutants/random.h"

namespace weighbridge::accuracy {

std::string MakeChangelog(mutants::Random& random);
std::string MakePrivacyPolicy(mutants::Random& random);
std::string MakeTermsOfService(mutants::Random& random);

}  // namespace weighbridge::accuracy

#endif  // WEIGHBRIDGE_TESTS_ACCURACY_DOCUMENTS_H_
