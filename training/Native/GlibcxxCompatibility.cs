using System;
using System.IO;
using System.Text;

namespace Pipeline.Training.Native
{
    /// <summary>What the patch found and did.</summary>
    public enum GlibcxxPatchResult
    {
        /// <summary>The file was rewritten.</summary>
        Patched,

        /// <summary>The file does not need GLIBCXX_3.4.32: patched before, or built against an older libstdc++.</summary>
        NotNeeded,

        /// <summary>The file is not the ELF library that was expected; it was not changed.</summary>
        NotRecognized,
    }

    /// <summary>
    /// Lets TorchSharp's native library load where libstdc++ is older than GCC 13's (Debian 12, Ubuntu 22.04, RHEL 9).
    /// It needs GLIBCXX_3.4.32 for the one symbol <c>_ZSt21ios_base_library_initv</c>, whose older equal is
    /// <c>std::ios_base::Init::Init()</c>: the symbol's name, its version and the library's list of needed versions are rewritten.
    /// </summary>
    /// <remarks>Compiled twice: into pipeline-train, and by MSBuild as an inline task; so it keeps to C# that both understand.</remarks>
    public static class GlibcxxCompatibility
    {
        private const string NewSymbol = "_ZSt21ios_base_library_initv";
        private const string OldSymbol = "_ZNSt8ios_base4InitC1Ev";
        private const string NewVersion = "GLIBCXX_3.4.32";
        private const string OldVersion = "GLIBCXX_3.4";
        private const uint OldVersionHash = 0x08922974;
        private const uint SectionDynamicSymbols = 11;
        private const uint SectionVersionNeeds = 0x6ffffffe;
        private const uint SectionVersions = 0x6fffffff;

        /// <summary>
        /// Rewrites the library at <paramref name="path"/>, through a temporary file in the same folder, when it needs GLIBCXX_3.4.32.
        /// </summary>
        public static GlibcxxPatchResult Patch(string path)
        {
            var bytes = File.ReadAllBytes(path);
            GlibcxxPatchResult result;
            try
            {
                result = PatchBytes(bytes);
            }
            catch (Exception exception) when (
                exception is ArgumentException || exception is IndexOutOfRangeException || exception is OverflowException)
            {
                return GlibcxxPatchResult.NotRecognized;
            }

            if (result == GlibcxxPatchResult.Patched)
            {
                var temporary = path + ".patched";
                File.WriteAllBytes(temporary, bytes);
                File.Delete(path);
                File.Move(temporary, path);
            }

            return result;
        }

        private static GlibcxxPatchResult PatchBytes(byte[] elf)
        {
            var is64BitLittleEndianElf = elf.Length > 64
                && elf[0] == 0x7f
                && elf[1] == 'E'
                && elf[2] == 'L'
                && elf[3] == 'F'
                && elf[4] == 2
                && elf[5] == 1;
            if (!is64BitLittleEndianElf)
            {
                return GlibcxxPatchResult.NotRecognized;
            }

            var sections = checked((int)BitConverter.ToUInt64(elf, 40));
            var sectionSize = BitConverter.ToUInt16(elf, 58);
            var sectionCount = BitConverter.ToUInt16(elf, 60);
            int symbols = 0, symbolCount = 0, strings = 0, versions = 0, needs = 0, needCount = 0;
            for (var i = 0; i < sectionCount; i++)
            {
                var section = checked(sections + i * sectionSize);
                var type = BitConverter.ToUInt32(elf, section + 4);
                var offset = checked((int)BitConverter.ToUInt64(elf, section + 24));
                if (type == SectionDynamicSymbols)
                {
                    symbols = offset;
                    symbolCount = checked((int)(BitConverter.ToUInt64(elf, section + 32) / 24));
                    var link = checked(sections + (int)BitConverter.ToUInt32(elf, section + 40) * sectionSize);
                    strings = checked((int)BitConverter.ToUInt64(elf, link + 24));
                }
                else if (type == SectionVersions)
                {
                    versions = offset;
                }
                else if (type == SectionVersionNeeds)
                {
                    needs = offset;
                    needCount = checked((int)BitConverter.ToUInt32(elf, section + 44));
                }
            }

            if (symbols == 0 || strings == 0 || versions == 0 || needs == 0)
            {
                return GlibcxxPatchResult.NotRecognized;
            }

            int newEntry = 0, oldEntry = 0;
            for (int need = needs, n = 0; n < needCount; n++)
            {
                var entry = need + (int)BitConverter.ToUInt32(elf, need + 8);
                for (var i = 0; i < BitConverter.ToUInt16(elf, need + 2); i++)
                {
                    var name = Text(elf, strings + (int)BitConverter.ToUInt32(elf, entry + 8));
                    newEntry = name == NewVersion ? entry : newEntry;
                    oldEntry = name == OldVersion && oldEntry == 0 ? entry : oldEntry;
                    entry += (int)BitConverter.ToUInt32(elf, entry + 12);
                }

                need += (int)BitConverter.ToUInt32(elf, need + 12);
            }

            if (newEntry == 0)
            {
                return GlibcxxPatchResult.NotNeeded;
            }

            if (oldEntry == 0)
            {
                return GlibcxxPatchResult.NotRecognized;
            }

            var newVersionIndex = BitConverter.ToUInt16(elf, newEntry + 6);
            var oldVersionIndex = BitConverter.ToUInt16(elf, oldEntry + 6);
            var symbol = -1;
            for (var i = 0; i < symbolCount; i++)
            {
                if (BitConverter.ToUInt16(elf, versions + 2 * i) == newVersionIndex)
                {
                    if (symbol >= 0)
                    {
                        return GlibcxxPatchResult.NotRecognized;
                    }

                    symbol = i;
                }
            }

            var symbolName = symbol < 0 ? 0 : strings + (int)BitConverter.ToUInt32(elf, symbols + 24 * symbol);
            if (symbol < 0 || Text(elf, symbolName) != NewSymbol)
            {
                return GlibcxxPatchResult.NotRecognized;
            }

            Array.Clear(elf, symbolName, NewSymbol.Length);
            Encoding.ASCII.GetBytes(OldSymbol, 0, OldSymbol.Length, elf, symbolName);
            BitConverter.GetBytes(oldVersionIndex).CopyTo(elf, versions + 2 * symbol);
            BitConverter.GetBytes(OldVersionHash).CopyTo(elf, newEntry);
            Array.Copy(elf, oldEntry + 8, elf, newEntry + 8, 4);
            return GlibcxxPatchResult.Patched;
        }

        private static string Text(byte[] elf, int offset)
        {
            var end = Array.IndexOf(elf, (byte)0, offset);
            return Encoding.ASCII.GetString(elf, offset, end - offset);
        }
    }
}
#if !PIPELINE_TRAINING

namespace Pipeline.Training.Native
{
    /// <summary>The build step: patches one library that was copied to an output folder.</summary>
    public sealed class PatchGlibcxx : Microsoft.Build.Utilities.Task
    {
        /// <summary>Path of libLibTorchSharp.so.</summary>
        [Microsoft.Build.Framework.Required]
        public string Library { get; set; }

        /// <inheritdoc />
        public override bool Execute()
        {
            switch (GlibcxxCompatibility.Patch(Library))
            {
                case GlibcxxPatchResult.Patched:
                    Log.LogMessage(
                        Microsoft.Build.Framework.MessageImportance.High,
                        "{0}: made loadable with the libstdc++ of Debian 12, Ubuntu 22.04 and RHEL 9.",
                        Library);
                    break;
                case GlibcxxPatchResult.NotRecognized:
                    Log.LogMessage(
                        Microsoft.Build.Framework.MessageImportance.High,
                        "{0}: not the library that the GLIBCXX patch knows; left as it is.",
                        Library);
                    break;
            }

            return true;
        }
    }
}
#endif
