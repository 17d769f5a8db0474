# docwright_embed(TARGET FUNCTION FILES...): compiles text files into TARGET as
#   std::span<const docwright::EmbeddedFile> docwright::FUNCTION();   (declare it where it is used; runtime/embedded.h)
# Each file's path is relative to the calling folder. A changed file is embedded anew at the next build.
function(docwright_embed target function)
  set(body "")
  set(entries "")
  foreach(file ${ARGN})
    if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
      # An error of this target alone: the others can still be configured and built.
      string(PREPEND body "#error \"${file} is to be embedded, but does not exist\"\n")
      continue()
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    file(READ ${CMAKE_CURRENT_SOURCE_DIR}/${file} text)
    string(APPEND entries "    {\"${file}\", R\"__docwright__(${text})__docwright__\"},\n")
  endforeach()
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp)
  file(CONFIGURE OUTPUT ${output} CONTENT "@body@#include \"runtime/embedded.h\"

namespace docwright {
std::span<const EmbeddedFile> ${function}();
std::span<const EmbeddedFile> ${function}() {
  static constexpr EmbeddedFile files[] = {
@entries@  };
  return files;
}
}  // namespace docwright
" @ONLY)
  target_sources(${target} PRIVATE ${output})
endfunction()
