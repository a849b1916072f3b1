namespace Pipeline.Serving.Protocols.Detect;

/// <summary>Reads the query parameters of <c>POST /v1/detect</c>.</summary>
internal static class DetectQuery
{
    private const string Place = "Query";

    /// <exception cref="Faults.RefusedRequestException">A parameter is unknown, is given twice, or has no valid value.</exception>
    public static void Read(IQueryCollection query, DetectParameterReader reader)
    {
        foreach (var (name, values) in query)
        {
            reader.Read(Place, name, [.. values.Select(value => value ?? "")]);
        }
    }
}
