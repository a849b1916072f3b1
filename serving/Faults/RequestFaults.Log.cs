namespace Pipeline.Serving.Faults;

internal sealed partial class RequestFaults
{
    private const int LongestMethod = 20, LongestPath = 100, LongestReason = 400;

    private void Log(HttpRequest request, RequestFault fault, Exception? cause)
    {
        var method = LogText.OneLine(request.Method, LongestMethod);
        var path = LogText.OneLine(request.Path.ToUriComponent(), LongestPath);
        if (fault.Status < StatusCodes.Status500InternalServerError)
        {
            ClientFault(method, path, fault.Status, LogText.OneLine(fault.Answer, LongestReason));
            return;
        }

        if (RequestFault.IsOfModel(cause))
        {
            ModelFault(method, path, fault.Status, LogText.OneLine(cause!.Message, LongestReason));
            return;
        }

        OwnFault(method, path, fault.Status, cause);
    }

    [LoggerMessage(1, LogLevel.Information, "{Method} {Path}: {Status}: {Reason}")]
    private partial void ClientFault(string method, string path, int status, string reason);

    [LoggerMessage(2, LogLevel.Error, "{Method} {Path}: {Status}: the model failed: {Reason}")]
    private partial void ModelFault(string method, string path, int status, string reason);

    [LoggerMessage(3, LogLevel.Error, "{Method} {Path}: {Status}: a defect of the service")]
    private partial void OwnFault(string method, string path, int status, Exception? cause);
}
