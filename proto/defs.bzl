"""The one protoc macro of this project."""

def _srcs_label(dep):
    """Label of the sources filegroup that belongs to a cc_proto_set target."""
    return dep + "_srcs"

def cc_proto_set(name, srcs, deps = [], visibility = None):
    """Generates C++ for .proto files of this package with the system's protoc.

    Args:
      name: of the cc_library.
      srcs: .proto files of this package.
      deps: other cc_proto_set targets whose files these import.
      visibility: of the cc_library and of its sources.
    """
    native.filegroup(
        name = name + "_srcs",
        srcs = srcs + [_srcs_label(dep) for dep in deps],
        visibility = ["//visibility:public"],
    )
    package = native.package_name()
    outs = []
    for src in srcs:
        base = src[:-len(".proto")]
        outs += [base + ".pb.h", base + ".pb.cc"]
    native.genrule(
        name = name + "_gen",
        srcs = srcs + [_srcs_label(dep) for dep in deps],
        outs = outs,
        cmd = "protoc -I. --cpp_out=$(GENDIR) " + " ".join([package + "/" + src for src in srcs]),
    )
    native.cc_library(
        name = name,
        srcs = [out for out in outs if out.endswith(".cc")],
        hdrs = [out for out in outs if out.endswith(".h")],
        copts = ["-Wno-unused"],
        visibility = visibility,
        deps = deps + ["//:protobuf"],
    )
