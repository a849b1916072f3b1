namespace Pipeline.Shared.Evaluation.Rules;

/// <summary>Rows grouped by a small number, such as the class; within a group they keep their order (a counting sort).</summary>
internal sealed class RowGroups
{
    private readonly int[] starts;
    private readonly int[] rows;

    private RowGroups(int[] starts, int[] rows)
    {
        this.starts = starts;
        this.rows = rows;
    }

    /// <summary>Groups rows.</summary>
    /// <param name="groupOf">Of each row: 0 … <paramref name="groups"/> − 1; −1: in every group; others are left out.</param>
    /// <param name="groups">Number of groups.</param>
    public static RowGroups Of(ReadOnlySpan<int> groupOf, int groups)
    {
        var starts = new int[groups + 1];
        foreach (var group in groupOf)
        {
            CountIn(starts, group, groups);
        }

        for (var group = 0; group < groups; group++)
        {
            starts[group + 1] += starts[group];
        }

        var next = starts.AsSpan(0, groups).ToArray();
        var rows = new int[starts[groups]];
        for (var row = 0; row < groupOf.Length; row++)
        {
            Place(row, groupOf[row], next, rows);
        }

        return new RowGroups(starts, rows);
    }

    /// <summary>The rows of a group.</summary>
    public ReadOnlySpan<int> Rows(int group) => rows.AsSpan(starts[group]..starts[group + 1]);

    private static void CountIn(int[] starts, int group, int groups)
    {
        var first = group < 0 ? 0 : group;
        var last = group < 0 ? groups - 1 : group;
        for (var index = first; index <= last && index < groups; index++)
        {
            starts[index + 1]++;
        }
    }

    private static void Place(int row, int group, int[] next, int[] rows)
    {
        var first = group < 0 ? 0 : group;
        var last = group < 0 ? next.Length - 1 : group;
        for (var index = first; index <= last && index < next.Length; index++)
        {
            rows[next[index]++] = row;
        }
    }
}
