using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Checking;

/// <summary>Names of classes that are probably one class, spelled in two ways.</summary>
internal static class NearClasses
{
    private const int MostCompared = 2000;

    /// <summary>
    /// A warning for each pair of names that differ only by case, white space or one letter. Numbered names (<c>lane1</c>, <c>lane2</c>)
    /// are different classes. So are short words of one letter's difference (<c>car</c>, <c>cat</c>), unless one of them is rare.
    /// </summary>
    public static IEnumerable<Finding> Find(string root, IReadOnlyList<ClassCount> classes)
    {
        SpelledClass[] compared = [.. classes.Take(MostCompared).Select(entry => new SpelledClass(entry))];
        for (var i = 0; i < compared.Length; i++)
        {
            for (var j = i + 1; j < compared.Length; j++)
            {
                if (compared[i].IsNear(compared[j]))
                {
                    yield return Of(root, compared[i], compared[j]);
                }
            }
        }
    }

    private static Finding Of(string root, SpelledClass one, SpelledClass other)
    {
        var message = $"the classes '{one.Name}' ({one.Objects} objects) and '{other.Name}' ({other.Objects} objects) differ only by case, "
            + "white space or one letter; if they are one, rename it in the labels or with --label-map.";
        return new Finding(root, message) { Summary = "pairs of class names differ only by case, white space or one letter" };
    }

    private sealed class SpelledClass(ClassCount count)
    {
        private const int ShortLetters = 4;
        private const int Few = 2;
        private const int Rare = 20;

        private static readonly char[] Separators = [' ', '_', '-', '\t', '\u00A0', '\u3000'];

        private readonly string[] words = count.Name.ToLowerInvariant().Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        private readonly string letters = string.Concat(count.Name.ToLowerInvariant().Split(Separators));

        public string Name => count.Name;

        public int Objects => count.Objects + count.Ignored;

        public bool IsNear(SpelledClass other)
        {
            if (letters == other.letters)
            {
                return true;
            }

            if (words.Length != other.words.Length || words.Zip(other.words).Count(pair => pair.First != pair.Second) != 1)
            {
                return false;
            }

            var (word, otherWord) = words.Zip(other.words).First(pair => pair.First != pair.Second);
            if (!NearName.IsNear(word, otherWord) || WithoutDigits(word) == WithoutDigits(otherWord))
            {
                return false;
            }

            return Math.Min(word.Length, otherWord.Length) > ShortLetters || IsOneRare(other);
        }

        private bool IsOneRare(SpelledClass other)
        {
            var less = Math.Min(Objects, other.Objects);
            return less > 0 && (less <= Few || less * Rare < Math.Max(Objects, other.Objects));
        }

        private static string WithoutDigits(string word) => string.Concat(word.Where(letter => !char.IsDigit(letter)));
    }
}
